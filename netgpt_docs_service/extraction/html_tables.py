"""Tables of a page: which ones hold data, and their lines in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from netgpt_docs_service.extraction.html_tree import Tree, words_of

_BLOCKS = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol", "list", "form")
_ROWS = ("tr", "row")
_CELLS = ("td", "th", "cell")
MOST_COLUMNS = 200


def is_data_table(table: Tree) -> bool:
    """Say whether a table is one for the reader: pages are laid out in tables as well."""
    if next(table.iterdescendants(*_BLOCKS), None) is not None:
        return False
    return any(sum(1 for _ in row.iterchildren(*_CELLS)) > 1 for row in table.iter(*_ROWS))


def is_too_wide(table: Tree) -> bool:
    """Say whether a row has more cells than are written."""
    return any(
        sum(1 for _ in row.iterchildren(*_CELLS)) > MOST_COLUMNS for row in table.iter(*_ROWS)
    )


def table_lines(table: Tree) -> Iterator[str]:
    """Yield the caption, if any, and one line for each row; the first row is the head."""
    caption = table.find("caption")
    if caption is not None and (title := words_of(caption)):
        yield title
        yield ""
    rows = [
        [words_of(cell).replace("|", "\\|") for cell in row.iterchildren(*_CELLS)]
        for row in table.iter(*_ROWS)
    ]
    rows = [row[:MOST_COLUMNS] for row in rows if any(row)]
    width = max((len(row) for row in rows), default=0)
    for number, row in enumerate(rows):
        yield _line(row)
        if number == 0:
            yield "|" + " --- |" * width


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
