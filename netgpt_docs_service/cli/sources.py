"""Find the files that a command line names, and read them as documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from netgpt_docs_service.errors import InvalidInput

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".rst"})
MOST_BYTES = 4_000_000
"""Largest file that is read; a service takes no larger text unless MAX_TEXT_BYTES says so."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to ingest, and the document id it gets: its path below the folder that was named."""

    path: Path
    doc_id: str


class UnreadableFile(Exception):
    """A file that cannot be taken as a text document; the message says why."""


def find_sources(paths: Sequence[Path], pattern: str) -> Iterator[Source]:
    """Yield every file named, and every text file that matches `pattern` below a folder named.

    A file named itself is taken whatever its suffix is, and even when it is not there: reading it
    tells why. The order is stable. Raises InvalidInput when `pattern` does not stay in the folder.
    """
    if PurePath(pattern).is_absolute() or ".." in PurePath(pattern).parts:
        message = f"--glob {pattern!r} must stay below the folder: no leading '/' and no '..'"
        raise InvalidInput(message)
    for path in paths:
        if _is_folder(path):
            yield from _below(path, pattern)
        else:
            yield Source(path, path.name)


def read_document(source: Source) -> dict[str, object]:
    """Return the body of an ingest for a file; UnreadableFile when it cannot be one."""
    try:
        source.doc_id.encode()
        source.path.name.encode()
    except UnicodeEncodeError as error:
        message = "the file name is not UTF-8, so it cannot become a document id"
        raise UnreadableFile(message) from error
    try:
        text = _read(source.path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not UTF-8 text: byte {error.start} cannot be decoded"
        raise UnreadableFile(message) from error
    except OSError as error:
        raise UnreadableFile(error.strerror or str(error)) from error
    return {
        "doc_id": source.doc_id,
        "text": text,
        "title": source.path.name,
        "source": source.doc_id,
    }


def _read(path: Path) -> bytes:
    size = path.stat().st_size
    if size <= MOST_BYTES:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)  # a pipe or a device has no size of its own
        if len(content) <= MOST_BYTES:
            return content
        size = len(content)
    message = f"the file has {size} bytes or more; at most {MOST_BYTES} are taken"
    raise UnreadableFile(message)


def _below(folder: Path, pattern: str) -> Iterator[Source]:
    try:
        matches = sorted(folder.glob(pattern))
    except ValueError as error:
        message = f"--glob {pattern!r} is no pattern: {error}"
        raise InvalidInput(message) from error
    for found in matches:
        if found.suffix.lower() in TEXT_SUFFIXES and not _is_folder(found):
            yield Source(found, found.relative_to(folder).as_posix())


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # one that may not be looked at is reported when it is read
        return False
