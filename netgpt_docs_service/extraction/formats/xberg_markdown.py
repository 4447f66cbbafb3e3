"""xberg's Markdown with the words as they were written, and the headings that are really some.

xberg puts a backslash before what a program could take for markup. So what begins with a bare `#`
is a heading; then the backslashes go, as `a < b!` is to be found and cited as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from netgpt_docs_service.domain.layout import Heading
from netgpt_docs_service.extraction.layouts import shifted
from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.pages import joined

_HEADING = re.compile(r"(#{1,6}) +(?=\S)")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_LONGEST_TITLE = 200
_TOKEN = re.compile(
    r"\\(?P<sign>[!-/:-@\[-`{-~]|$)"
    r"|(?P<code>`+[^`]*`+)"
    r"|!\[(?P<description>(?:[^\[\]\\]|\\.|\[[^\[\]\\]{0,200}\]){0,1000})\]\([^()\s]*\)"
    r"|\[cmt:\d+\]"  # where a remark belongs to, which is at the end
)
_MARKS = ("\\", "![", "[cmt:")
_NO_DESCRIPTION = re.compile(
    r"(?:image|picture|graphic|grafik|bild)?[ _-]*\d*|\S+\.(?:png|jpe?g|gif|bmp|[ew]mf|svg|tiff?)",
    re.IGNORECASE,
)
_BETWEEN_LISTS = "<!-- end list -->"


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and the headings in it, each a line that begins with `#`."""

    text: str
    headings: tuple[Heading, ...] = ()


def marked(markdown: str) -> Marked:
    """Return the text of xberg's `markdown`; pictures leave their descriptions, if any."""
    lines: list[str] = []
    headings: list[Heading] = []
    fence, length = "", 0
    for line in normalised(markdown).strip("\n").split("\n"):
        marks = _FENCE.match(line)
        is_code = bool(fence or marks)
        if marks:
            fence = "" if fence and marks[1].startswith(fence) else fence or marks[1]
        plain = line if is_code else _plain(line)
        if not is_code and not plain.strip() and not (lines and lines[-1]):
            continue  # a second blank line, left by a picture
        heading = None if is_code else _HEADING.match(line)
        title = plain[heading.end() :].strip()[:_LONGEST_TITLE] if heading else ""
        if heading and title:
            headings.append(Heading(length, length + len(plain), len(heading[1]), title))
        lines.append(plain)
        length += len(plain) + 1
    return Marked("\n".join(lines).rstrip("\n"), tuple(headings))


def under_title(title: str, body: str) -> Marked:
    """Return a text under a title of the second level, its only heading."""
    shown = " ".join(normalised(title).split())
    line = f"## {shown}"
    heading = Heading(0, len(line), 2, shown[:_LONGEST_TITLE])
    return Marked(f"{line}\n\n{body}".rstrip(), (heading,) if shown else ())


def joined_marked(
    pages: Sequence[Marked],
) -> tuple[str, tuple[int, ...], tuple[Heading, ...]]:
    """Return the text of all pages, where each begins, and the headings of all."""
    text, starts = joined([page.text for page in pages])
    headings = (
        shifted(heading, characters=start, levels=0)
        for page, start in zip(pages, starts, strict=True)
        if page.text.strip()
        for heading in page.headings
    )
    return text, starts, tuple(headings)


def _plain(line: str) -> str:
    if line == _BETWEEN_LISTS:
        return ""
    if not any(mark in line for mark in _MARKS):
        return line
    is_row = line.lstrip().startswith("|")
    return _TOKEN.sub(_row_token if is_row else _token, line).rstrip()


def _row_token(match: re.Match[str]) -> str:
    """Keep the backslash before a bar that ends no cell."""
    return match[0] if match["sign"] == "|" else _token(match)


def _token(match: re.Match[str]) -> str:
    if match["description"] is not None:
        description = _TOKEN.sub(_token, match["description"]).strip()
        return "" if _NO_DESCRIPTION.fullmatch(description) else description
    return match["sign"] or match["code"] or ""
