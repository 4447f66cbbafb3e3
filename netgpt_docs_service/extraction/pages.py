"""Pages that become one text, and where in it each of them begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netgpt_docs_service.errors import LimitExceeded
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits

BETWEEN_PAGES = "\n\n"


def joined(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """Return the text of all `pages` and the start of each; those without text take no room.

    A blank page starts where the next one with text does; blank ones at the end start at its end.
    """
    starts: list[int] = []
    kept: list[str] = []
    length = 0
    for page in pages:
        text = page.strip("\n") if page.strip() else ""
        if text and kept:
            length += len(BETWEEN_PAGES)
        starts.append(length)
        if text:
            kept.append(text)
            length += len(text)
    return BETWEEN_PAGES.join(kept), _shared(pages, starts)


def check_page_count(count: int, limits: ReadLimits, *, noun: str = "pages") -> None:
    """Raise LimitExceeded when a file has more pages than it may have."""
    if count > limits.pages:
        message = f"the file has {count} {noun}; at most {limits.pages} are read"
        raise LimitExceeded(message)


def check_text_size(size_bytes: int, limits: ReadLimits) -> None:
    """Raise LimitExceeded when a file's text, so far, is longer than it may be."""
    if size_bytes > limits.text_bytes:
        message = f"the text of the file has {size_bytes} bytes; the limit is {limits.text_bytes}"
        raise LimitExceeded(message)


def page_list(numbers: Iterable[int]) -> str:
    """Return page numbers as people write them: `3, 7-9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def name_of(file: FileBytes) -> str:
    """Return the file's own name without its folders."""
    return file.name.replace("\\", "/").rpartition("/")[2]


def _shared(pages: Sequence[str], starts: list[int]) -> tuple[int, ...]:
    following: int | None = None
    for index in reversed(range(len(pages))):
        if pages[index].strip():
            following = starts[index]
        elif following is not None:
            starts[index] = following
    return tuple(starts)
