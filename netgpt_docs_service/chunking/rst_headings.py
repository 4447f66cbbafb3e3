"""The headings of reStructuredText: a line under the title, or one under and one over it."""

from __future__ import annotations

import re

from netgpt_docs_service.chunking.headings import LONGEST_TITLE, line_before
from netgpt_docs_service.domain.layout import Heading

_ADORNMENT = re.compile(r"^([!-/:-@\[-`{-~])\1++[ \t\r]*+$", re.MULTILINE)
_SHORTEST_UNDERLINE = 4  # docutils takes a shorter one only where it covers the title


def rst_headings(text: str) -> list[Heading]:
    """Return the headings of a reStructuredText document; their levels by order of appearance."""
    headings: list[Heading] = []
    styles: list[str] = []
    for underline in _ADORNMENT.finditer(text):
        done = headings[-1].end if headings else 0
        found = _title_over(text, underline, done)
        if not found:
            continue
        start, title, style = found
        if style not in styles:
            styles.append(style)
        headings.append(Heading(start, underline.end(), styles.index(style), title))
    return headings


def _title_over(text: str, underline: re.Match[str], done: int) -> tuple[int, str, str] | None:
    """Return start, title and style of the heading that `underline` ends; `done`: the last end."""
    if underline.start() <= done:
        return None
    start, line = line_before(text, underline.start())
    marks = underline[0].rstrip()
    title = line.strip()
    if not _fits(title, marks) or len(line) > LONGEST_TITLE or start < done:
        return None
    over, overline = line_before(text, start) if start > 1 else (start, "")
    if over >= done and overline.rstrip() == marks and start > over:
        return (over, title, marks[0] * 2) if _is_free(text, over, done) else None
    if line[0].isspace() or not _is_free(text, start, done):
        return None
    return start, title, marks[0]


def _fits(title: str, marks: str) -> bool:
    """Say whether `marks` can stand under `title`."""
    if not title or _ADORNMENT.fullmatch(title):
        return False
    return len(marks) >= min(len(title), _SHORTEST_UNDERLINE)


def _is_free(text: str, start: int, done: int) -> bool:
    """Say whether a heading may start here: after a blank line, a heading, or nothing."""
    if start <= 1:
        return True
    before, line = line_before(text, start)
    return not line.strip() or before < done
