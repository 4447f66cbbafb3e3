"""Sheets, slides and pages, out of what xberg found: each as Markdown with its own title."""

from __future__ import annotations

import re

import xberg

from netgpt_docs_service.extraction.formats.pptx_slides import shown_slides
from netgpt_docs_service.extraction.formats.xberg_markdown import Marked, marked, under_title
from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.reader import FileBytes

_SLIDE_RULE = re.compile(r"^-----\n\n(?=## )", re.MULTILINE)  # what xberg puts before a slide


def sheets(document: xberg.ExtractedDocument, file: FileBytes) -> list[Marked]:
    """Return each sheet under its name; an empty one is blank."""
    del file
    found: list[Marked] = []
    for page in document.pages or ():
        name = page.sheet_name or str(page.page_number)
        body = marked(page.content.strip()).text.removeprefix(f"## {name}").strip()
        found.append(under_title(name, body) if body else Marked(""))
    return found


def slides(document: xberg.ExtractedDocument, file: FileBytes) -> list[Marked]:
    """Return each slide, what its speaker noted after it."""
    pages = document.pages or []
    shown = shown_slides(file)
    if len(shown) != len(pages):  # of PowerPoint 97, or a file that is not as it should be
        return [_noted(page.content, page.speaker_notes or "") for page in pages]
    return [_noted(pages[slide.index].content, slide.notes) for slide in shown]


def ruled_slides(document: xberg.ExtractedDocument, file: FileBytes) -> list[Marked]:
    """Return each slide of an OpenDocument presentation; xberg gives their notes as pages."""
    del file
    before, *found = _SLIDE_RULE.split(document.content)
    slides = [marked(slide) for slide in ([before, *found] if before.strip() else found)]
    # Notes are as they were written: a `#` there is no heading.
    return [Marked(slide.text, slide.headings[:1]) for slide in slides]


def broken_pages(document: xberg.ExtractedDocument, file: FileBytes) -> list[Marked]:
    """Return the parts between page breaks; none when there are no breaks.

    What is on no page, such as remarks and footnotes, is at the end of the last one.
    """
    del file
    content, end = document.content, 0
    starts: list[int] = []
    for page in document.pages or ():
        written = page.content.strip()
        start = content.find(written, end)
        if start < 0:
            return []
        starts.append(start)
        end = start + len(written)
    if len(starts) < 2:  # noqa: PLR2004  one part is no page
        return []
    ends = [*starts[1:], len(content)]
    return [marked(content[start:end]) for start, end in zip([0, *starts[1:]], ends, strict=True)]


def _noted(markdown: str, notes: str) -> Marked:
    slide, said = marked(markdown), normalised(notes).strip()
    parts = (slide.text, f"Notes: {said}" if said else "")
    return Marked("\n\n".join(part for part in parts if part), slide.headings)
