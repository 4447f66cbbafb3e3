"""Find what a command line names: files, files below folders, and URLs."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import TypeAlias

from netgpt_docs_service.cli.suffixes import READ_SUFFIXES
from netgpt_docs_service.errors import InvalidInput

EVERYTHING = "**/*"
_CACHES = frozenset({"__pycache__", "node_modules"})
_CACHE_TAG = "CACHEDIR.TAG"
"""What is in a folder that programs can make again: https://bford.info/cachedir/"""
_DATA_LOCK = "owner.lock"
"""What is in a data directory: no documents of anybody's."""
_LOCK_PREFIX = "~$"  # Office puts such a file beside one that is open
_NOT_IN_A_FORM = '"\\'
_GOES_NOWHERE = frozenset({"", ".", ".."})


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file to ingest, and the document id it gets: its path below the folder that was named."""

    path: Path
    doc_id: str

    @property
    def label(self) -> str:
        """The path as it can be printed, whatever bytes it is of."""
        return str(self.path).encode(errors="backslashreplace").decode()

    @property
    def size_bytes(self) -> int:
        """How large the file is, 0 when nobody can say."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def goes_alone(self) -> bool:
        """Whether the id must be said apart, because a form's file name cannot carry it."""
        return any(each in _NOT_IN_A_FORM or not each.isprintable() for each in self.doc_id) or any(
            part.strip() in _GOES_NOWHERE for part in self.doc_id.split("/")
        )


@dataclass(frozen=True, slots=True)
class UrlSource:
    """A file that the service fetches itself; its URL is the document's id."""

    url: str
    size_bytes: int = 0
    goes_alone: bool = True

    @property
    def label(self) -> str:
        """The URL."""
        return self.url

    @property
    def doc_id(self) -> str:
        """The URL."""
        return self.url


Source: TypeAlias = FileSource | UrlSource


def find_sources(paths: Sequence[Path], pattern: str) -> Iterator[FileSource]:
    """Yield every file named, and those below a folder named that match and may be read.

    A file named itself is taken whatever its name is, and even when it is not there: opening it
    tells why, as it does for a folder that nobody may list. Hidden files and folders are passed
    over unless a part of `pattern` begins with a dot, and so are caches and data directories. The
    order is stable. Raises InvalidInput when `pattern` does not stay in the folder.
    """
    parts = _parts(pattern)
    for path in paths:
        if _is_folder(path):
            yield from _below(path, parts)
        else:
            yield FileSource(path, _id_of(path.name))


def _parts(pattern: str) -> tuple[str, ...]:
    path = PurePath(pattern)
    if path.is_absolute() or ".." in path.parts:
        message = f"--glob {pattern!r} must stay below the folder: no leading '/' and no '..'"
        raise InvalidInput(message)
    if not path.parts or any("**" in part and part != "**" for part in path.parts):
        message = f"--glob {pattern!r} is no pattern: '**' stands for whole folders, '*' for names"
        raise InvalidInput(message)
    return path.parts


def _below(folder: Path, pattern: tuple[str, ...]) -> Iterator[FileSource]:
    names_hidden = any(part.startswith(".") for part in pattern)
    unlisted: list[Path] = []
    walk = os.walk(folder, onerror=lambda error: unlisted.append(Path(str(error.filename))))
    for root, folders, names in walk:
        if _DATA_LOCK in names or (_CACHE_TAG in names and Path(root) != folder):
            folders.clear()
            continue
        folders[:] = sorted(each for each in folders if _is_walked(each, names_hidden=names_hidden))
        for name in sorted(names):
            path = Path(root, name)
            below = path.relative_to(folder)
            if _is_read(name, names_hidden=names_hidden) and _matches(below.parts, pattern):
                yield FileSource(path, _id_of(below.as_posix()))
    for path in unlisted:
        yield FileSource(path, _id_of(path.name))


def _is_walked(name: str, *, names_hidden: bool) -> bool:
    return name not in _CACHES and (names_hidden or not name.startswith("."))


def _is_read(name: str, *, names_hidden: bool) -> bool:
    if name.startswith(_LOCK_PREFIX) or (name.startswith(".") and not names_hidden):
        return False
    return PurePath(name).suffix.lower() in READ_SUFFIXES


def _matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_matches(parts[skipped:], pattern[1:]) for skipped in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def _id_of(name: str) -> str:
    return unicodedata.normalize("NFC", name)  # as the service does: macOS takes names apart


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # one that may not be looked at is reported when it is opened
        return False
