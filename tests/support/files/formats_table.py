"""The table of formats in the README, as reading a file of each kind makes it."""

from __future__ import annotations

from netgpt_docs_service.chunking.outlines import find_headings
from netgpt_docs_service.domain.files import Extracted
from tests.support.files.one_of_each import HEADING, ONE_OF_EACH, ROWS
from tests.support.files.reading_texts import read

_TABLE_ROW = f"| {' | '.join(ROWS[0])} |"
_SLIDES = {"PowerPoint": "slides", "OpenDocument presentation": "slides"}
_PAGES = {"Excel": "sheets", "OpenDocument spreadsheet": "sheets", "Word": "breaks", **_SLIDES}
"""What counts as a page, where that is no page of paper."""


def formats_table() -> str:
    """Return the Markdown table, a row for each kind."""
    lines = ["| kind | pages | headings | tables | speakers |", "| --- | --- | --- | --- | --- |"]
    for kind, (extension, content) in ONE_OF_EACH.items():
        extracted = read(content, f"a.{extension}")
        gives = _given(kind, extracted)
        lines.append(f"| {kind} (`{extension}`) | {' | '.join(gives)} |")
    return "\n".join(lines)


def _given(kind: str, extracted: Extracted) -> tuple[str, ...]:
    headings = extracted.layout.headings
    if headings is None:
        headings = tuple(find_headings(extracted.text, media_type=extracted.text_type))
    has_headings = any(each.title == HEADING for each in headings)
    return (
        _PAGES.get(kind, "yes") if extracted.layout.page_starts else "",
        "yes" if has_headings else "",
        "yes" if _TABLE_ROW in extracted.text else "",
        "yes" if extracted.layout.turn_starts else "",
    )
