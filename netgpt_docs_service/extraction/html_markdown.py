"""A page's tree as Markdown: headings, lists, tables and code; words as they are, none escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from netgpt_docs_service.domain.layout import Heading
from netgpt_docs_service.extraction.html_tables import is_data_table, is_too_wide, table_lines
from netgpt_docs_service.extraction.html_tree import INLINE, Tree, words_of
from netgpt_docs_service.extraction.normalising import normalised

_SKIPPED = {"head", "script", "style", "nav", "footer", "aside", "select", "graphic", "img"}
_ENDS_A_LINE = {"br", "lb"}
_LISTS = {"ul", "ol", "menu", "list"}
_ITEMS = {"li", "item"}
_QUOTES = {"blockquote", "quote"}
_HEADING = re.compile(r"h([1-6])")


@dataclass(frozen=True, slots=True)
class MarkdownPage:
    """A page's text, where its headings are in it, and of how many blocks it is."""

    text: str
    headings: tuple[Heading, ...]
    blocks: int
    cut_tables: int = 0


def markdown_of(tree: Tree, *, with_navigation: bool = False) -> MarkdownPage:
    """Return `tree` (a page, or what trafilatura kept of one) as Markdown."""
    writer = _Writer(set() if with_navigation else _SKIPPED)
    writer.walk(tree)
    writer.flush()
    return writer.page()


@dataclass(slots=True)
class _Writer:
    skipped: set[str]
    blocks: list[tuple[str, int, bool]] = field(default_factory=list)
    """Text, level of a heading or 0, and whether it follows the one before without a blank line."""
    line: list[str] = field(default_factory=list)
    indent: str = ""
    marker: str = ""
    number: int | None = None
    """Of the last item, where items are numbered."""
    cut_tables: int = 0

    def walk(self, element: Tree) -> None:
        """Write an element and what is in it; its tail is its parent's."""
        tag = element.tag if isinstance(element.tag, str) else ""
        level = _level(element, tag)
        if level:
            self.block(words_of(element), level)
        elif tag == "head" or not tag or tag in self.skipped:
            return
        elif tag in _ENDS_A_LINE:
            self.line.append("\n")
        elif tag == "pre" or (tag == "code" and "\n" in (element.text or "")):
            self.code("".join(element.itertext()))
        elif tag == "table" and is_data_table(element):
            self.block("\n".join(table_lines(element)))
            self.cut_tables += is_too_wide(element)
        elif tag in _LISTS | _ITEMS | _QUOTES:
            self.nested(element, tag)
        elif tag == "input":
            self.line.append(_value(element))
        else:
            self.children(element, is_block=tag not in INLINE)

    def children(self, element: Tree, *, is_block: bool) -> None:
        """Write what is in an element; a block stands in lines of its own."""
        if is_block:
            self.flush()
        self.line.append(element.text or "")
        for child in element:
            self.walk(child)
            self.line.append(child.tail or "")
        if is_block:
            self.flush()

    def nested(self, element: Tree, tag: str) -> None:
        """Write a list, an item or a quotation, further in than what it stands in."""
        self.flush()
        indent, number = self.indent, self.number
        if tag in _LISTS:
            is_numbered = "ol" in (tag, element.get("rend"))
            self.number = 0 if is_numbered else None
        elif tag in _ITEMS:
            bullet = "- " if number is None else f"{number + 1}. "
            number = None if number is None else number + 1
            self.marker = indent + bullet
            self.indent += " " * len(bullet)
        else:
            self.indent += "> "
        self.children(element, is_block=True)
        self.indent, self.number, self.marker = indent, number, ""

    def code(self, text: str) -> None:
        """Write lines as they stand, fenced."""
        longest = max((len(marks) for marks in re.findall("`{3,}", text)), default=2)
        fence = "`" * (longest + 1)
        if text.strip():
            self.block(f"{fence}\n{text.strip(chr(10)).rstrip()}\n{fence}")

    def flush(self) -> None:
        """End the paragraph that is being written, if there is one."""
        lines = (" ".join(each.split()) for each in "".join(self._unbroken()).split("\n"))
        text = "\n".join(line for line in lines if line)
        self.line.clear()
        self.block(text)

    def block(self, text: str, level: int = 0) -> None:
        """Write a block of its own, behind its list's bullet or under it."""
        if self.line:
            self.flush()
        text = normalised(text)  # here, so that headings are where they will be
        if not text:
            return
        is_item = self.marker != ""
        first = self.marker or self.indent
        self.marker = ""
        self.blocks.append(
            (_indented(text, first, self.indent) if not level else text, level, is_item)
        )

    def page(self) -> MarkdownPage:
        """Return everything written."""
        pieces: list[str] = []
        headings, at, was_item = [], 0, False
        for text, level, is_item in self.blocks:
            between = "" if not pieces else "\n" if is_item and was_item else "\n\n"
            marks = "#" * level + " " if level else ""
            start = at + len(between)
            pieces.append(between + marks + text)
            at += len(pieces[-1])
            was_item = is_item
            if level:
                headings.append(Heading(start, at, level, text[:200]))
        return MarkdownPage("".join(pieces), tuple(headings), len(pieces), self.cut_tables)

    def _unbroken(self) -> Iterator[str]:
        """Yield the pieces of the line: the source's own line breaks are spaces."""
        for piece in self.line:
            yield piece if piece == "\n" else piece.replace("\n", " ").replace("\r", " ")


def _indented(text: str, first: str, indent: str) -> str:
    return first + text.replace("\n", "\n" + indent) if first or indent else text


def _level(element: Tree, tag: str) -> int:
    """Return the level of a heading, of HTML's or of trafilatura's spelling; 0: it is none."""
    is_foreign = tag == "head" and element.get("rend") is not None
    found = _HEADING.fullmatch(element.get("rend") or "" if is_foreign else tag)
    return int(found[1]) if found else 0


def _value(element: Tree) -> str:
    is_shown = element.get("type", "text").lower() in (
        "text",
        "submit",
        "button",
        "email",
        "number",
    )
    return f" {element.get('value') or element.get('placeholder') or ''} " if is_shown else ""
