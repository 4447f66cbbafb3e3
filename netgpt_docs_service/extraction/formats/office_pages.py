"""Sheets, slides and pages, out of what xberg found: each as Markdown with its own title."""

from __future__ import annotations

import re

import xberg

_SLIDE_RULE = re.compile(r"^-----\n\n(?=## )", re.MULTILINE)  # what xberg puts before a slide


def sheets(document: xberg.ExtractedDocument) -> list[str]:
    """Return each sheet under its name; an empty one is blank."""
    found: list[str] = []
    for page in document.pages or ():
        title = f"## {page.sheet_name or page.page_number}"
        body = page.content.strip().removeprefix(title).strip()
        found.append(f"{title}\n\n{body}" if body else "")
    return found


def slides(document: xberg.ExtractedDocument) -> list[str]:
    """Return each slide, what its speaker noted after it."""
    found: list[str] = []
    for page in document.pages or ():
        notes = (page.speaker_notes or "").strip()
        parts = (page.content.strip(), f"Notes: {notes}" if notes else "")
        found.append("\n\n".join(part for part in parts if part))
    return found


def ruled_slides(document: xberg.ExtractedDocument) -> list[str]:
    """Return each slide of an OpenDocument presentation; xberg gives their notes as pages."""
    before, *found = _SLIDE_RULE.split(document.content)
    return [before, *found] if before.strip() else found


def broken_pages(document: xberg.ExtractedDocument) -> list[str]:
    """Return the parts between page breaks; none when there are no breaks.

    What is on no page, such as remarks and footnotes, is at the end of the last one.
    """
    content, pages = document.content, document.pages or []
    starts: list[int] = []
    for page in pages:
        start = content.find(page.content.strip(), starts[-1] if starts else 0)
        if start < 0:
            return []
        starts.append(start)
    if len(starts) < 2:  # noqa: PLR2004  one part is no page
        return []
    ends = [*starts[1:], len(content)]
    return [content[start:end] for start, end in zip([0, *starts[1:]], ends, strict=True)]
