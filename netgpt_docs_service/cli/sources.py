"""Find the files that a command line names, and read them as documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".rst"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file to ingest, and the document id it gets: its path below the folder that was named."""

    path: Path
    doc_id: str


class UnreadableFile(Exception):
    """A file that cannot be taken as a text document; the message says why."""


def find_sources(paths: Sequence[Path], pattern: str) -> Iterator[Source]:
    """Yield every file named, and every text file that matches `pattern` below a folder named.

    A file named itself is taken whatever its suffix is. The order is stable.
    """
    for path in paths:
        if not path.is_dir():
            yield Source(path, path.name)
            continue
        for found in sorted(path.glob(pattern)):
            if found.is_file() and found.suffix.lower() in TEXT_SUFFIXES:
                yield Source(found, found.relative_to(path).as_posix())


def read_document(source: Source) -> dict[str, object]:
    """Return the body of an ingest for a file; UnreadableFile when it is not UTF-8 text."""
    try:
        text = source.path.read_bytes().decode("utf-8-sig")
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
