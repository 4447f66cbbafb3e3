"""Reading made files as a service reads them."""

from __future__ import annotations

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.errors import FileRefused, LimitExceeded
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.reading import read_file

LIMITS = ReadLimits()


def read(
    content: bytes | str,
    name: str = "",
    *,
    declared: str | None = None,
    limits: ReadLimits = LIMITS,
) -> Extracted:
    """Return what a file of this name gives; a text is sent as UTF-8."""
    sent = content.encode() if isinstance(content, str) else content
    return read_file(sent, name=name, declared_type=declared, limits=limits)


def read_if_taken(content: bytes, name: str) -> Extracted | None:
    """Return what a file gives, None where it is refused; any other error is the reader's fault."""
    try:
        return read(content, name)
    except (FileRefused, LimitExceeded):
        return None


def is_sane(extracted: Extracted) -> bool:
    """Say whether a text can be stored and cited: characters all, places within it, ascending.

    A heading's place holds its title.
    """
    text, layout = extracted.text, extracted.layout
    places = [
        layout.page_starts,
        layout.turn_starts,
        tuple(heading.start for heading in layout.headings or ()),
    ]
    text.encode()
    return (
        text.strip() != ""
        and "\0" not in text
        and all(list(each) == sorted(each) for each in places)
        and all(0 <= at <= len(text) for each in places for at in each)
        and all(
            heading.title in " ".join(text[heading.start : heading.end].split())
            for heading in layout.headings or ()
        )
    )
