"""The headings of Markdown, after CommonMark: `# ATX` and setext, none inside code fences."""

from __future__ import annotations

import re

from netgpt_docs_service.chunking.headings import LONGEST_TITLE, line_before
from netgpt_docs_service.domain.layout import Heading

_LINE = re.compile(
    r"""^\ufeff?(?:
      [ ]{0,3}(?P<atx>\#{1,6})(?P<title>[ \t][^\n]*+)?[\r]?$
    | [ \t]*+(?P<fence>`{3,}+(?=[^`\n]*+$)|~{3,}+)(?P<info>[^\n]*+)$
    | [ ]{0,3}(?P<under>={1,}+|-{2,}+)[ \t\r]*+$
    )""",
    re.MULTILINE | re.VERBOSE,
)
_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t\r]*+\n(?=\S)(?:(?!---|\.\.\.)[^\n]*+\n)*+(?:---|\.\.\.)[ \t\r]*+$",
    re.MULTILINE,
)
_CLOSING_MARKS = re.compile(r"(?:^|[ \t])#++$")
_NOT_A_PARAGRAPH = re.compile(
    r"[ ]{4}|[ ]{0,3}(?:\t|#{1,6}[ \t]|>|\||[-*+][ \t]|\d{1,9}[.)][ \t]|[=-]++[ \t]*+$|```|~~~|<)"
)


def markdown_headings(text: str) -> list[Heading]:
    """Return the headings of a Markdown document, in order.

    A setext title is one line with nothing but white space, a heading or the start before it.
    """
    front_matter = _FRONT_MATTER.match(text)
    headings: list[Heading] = []
    fence = ""
    for line in _LINE.finditer(text, front_matter.end() if front_matter else 0):
        if marks := line["fence"]:
            fence = _fence_after(fence, marks, line["info"])
        elif not fence and (
            heading := _atx(line) if line["atx"] else _setext(text, line, headings)
        ):
            headings.append(heading)
    return headings


def _fence_after(fence: str, marks: str, info: str) -> str:
    """Return the fence in force after a line of fence `marks`; empty: none."""
    if not fence:
        return marks
    closes = marks.startswith(fence) and not info.strip()
    return "" if closes else fence


def _atx(line: re.Match[str]) -> Heading | None:
    title = _CLOSING_MARKS.sub("", (line["title"] or "").strip()[:LONGEST_TITLE]).strip()
    if not title:
        return None
    return Heading(line.start("atx"), line.end(), len(line["atx"]), title)


def _setext(text: str, line: re.Match[str], headings: list[Heading]) -> Heading | None:
    if line.start() == 0:
        return None
    start, title_line = line_before(text, line.start())
    title = title_line.strip()
    if not title or len(title_line) > LONGEST_TITLE or _NOT_A_PARAGRAPH.match(title_line):
        return None
    if start > 1 and not _is_free(text, start, headings):
        return None
    start += len(title_line) - len(title_line.lstrip())
    return Heading(start, line.end(), 1 if line["under"][0] == "=" else 2, title)


def _is_free(text: str, start: int, headings: list[Heading]) -> bool:
    """Say whether the line before `start` is blank or the end of a heading."""
    before, line = line_before(text, start)
    return not line.strip() or (bool(headings) and before < headings[-1].end)
