"""Texts put together from parts, whose places are told exactly."""

from __future__ import annotations

import re
from dataclasses import replace

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Heading, Layout

NO_HEADINGS = Layout(headings=())
"""Of a text in which `#` and `---` are no markup."""

_FENCE_OR_HEADING = re.compile(r"^ {0,3}(?:(`{3,}|~{3,})|(#{1,6})[ \t]+([^\n]*))", re.MULTILINE)


def headings_of(extracted: Extracted) -> tuple[Heading, ...]:
    """Return the headings of a text: its list of them, or else Markdown's that begin with `#`."""
    known = extracted.layout.headings
    if known is not None or extracted.text_type != "text/markdown":
        return known or ()
    fence, found = "", []
    for line in _FENCE_OR_HEADING.finditer(extracted.text):
        marks, hashes, title = line.groups()
        if marks:
            fence = "" if fence and marks.startswith(fence) else fence or marks
        elif not fence and (title := title.strip().rstrip("#").strip()):
            found.append(Heading(line.start(2), line.end(), len(hashes), title[:200]))
    return tuple(found)


def shifted(heading: Heading, *, characters: int, levels: int) -> Heading:
    """Return `heading` that many characters later and levels deeper, six at most."""
    return replace(
        heading,
        start=heading.start + characters,
        end=heading.end + characters,
        level=min(6, heading.level + levels),
    )
