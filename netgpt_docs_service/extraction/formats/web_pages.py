"""Web pages: the text that is meant to be read, as Markdown, without what leads elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from lxml.etree import iterwalk

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Layout
from netgpt_docs_service.extraction.file_text import characters_of
from netgpt_docs_service.extraction.html_markdown import MarkdownPage, markdown_of
from netgpt_docs_service.extraction.html_tables import MOST_COLUMNS
from netgpt_docs_service.extraction.html_tree import (
    Tree,
    language_of,
    metadata_of,
    parsed,
    title_of,
)
from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits

_MOST_ELEMENTS = 20_000
"""Of a page whose main part is sought, which takes 0.15 ms for each; others are read whole."""
_FRAMES = {"a", "nav", "footer", "aside", "select", "button"}
_LEAST_SHARE = 0.5
"""Of the words outside links that the main part must hold, or else the whole page is taken."""


def read_html(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return the main part of a page, or all of it where that would lose most of its words."""
    del limits  # the text of a page is shorter than the page
    decoded = characters_of(file)
    tree, whole = _whole(normalised(decoded.text))
    main = _main_part(tree)
    page = main if main and _keeps_most(main, whole, tree) else whole
    return Extracted(
        text=page.text,
        media_type=file.media_type,
        text_type="text/markdown",
        layout=Layout(headings=page.headings),
        title=title_of(tree),
        language=language_of(tree),
        metadata=metadata_of(tree),
        warnings=(*decoded.warnings, *_cut(page)),
    )


def _whole(text: str) -> tuple[Tree, MarkdownPage]:
    """Return the page as a browser shows it; one of links alone, or of scripts, as it can be."""
    tree = parsed(text)
    page = markdown_of(tree)
    if not page.text:
        page = markdown_of(tree, with_navigation=True)
    if not page.text:
        tree = parsed(text, with_scripts=False)
        page = markdown_of(tree, with_navigation=True)
    return tree, page


def _cut(page: MarkdownPage) -> Iterator[str]:
    if page.cut_tables:
        yield f"{page.cut_tables} tables were cut after {MOST_COLUMNS} columns"


def _main_part(tree: Tree) -> MarkdownPage | None:
    """Return what trafilatura takes for the page's own text, None where it finds none."""
    from trafilatura import bare_extraction  # noqa: PLC0415  a second; other files do without it

    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        return None
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # our caller says what went wrong
    try:
        found = bare_extraction(
            tree,
            fast=True,
            include_comments=False,
            include_formatting=True,
            output_format="markdown",
        )
    except Exception:  # noqa: BLE001  whatever it stumbles over, the whole page can be read
        return None
    body = getattr(found, "body", None)
    return None if body is None else markdown_of(body)


def _keeps_most(main: MarkdownPage, whole: MarkdownPage, tree: Tree) -> bool:
    """Say whether the main part has most of the words outside links, and is in parts as they were.

    Where trafilatura is not sure what belongs to it, it gives all words in one paragraph, without
    their line breaks.
    """
    if main.blocks == 1 or (whole.headings and not main.headings):
        return False
    return len("".join(main.text.split())) >= _LEAST_SHARE * _words_outside_links(tree)


def _words_outside_links(tree: Tree) -> int:
    """Count the characters, without spaces, that are neither in a link nor in the page's frame."""
    total = frames = 0
    for event, element in iterwalk(tree.find("body"), events=("start", "end")):
        is_frame = element.tag in _FRAMES
        frames += is_frame if event == "start" else -is_frame
        text = element.text if event == "start" else element.tail
        if text and not frames:
            total += len("".join(text.split()))
    return total
