"""Archives as files: gzip members of whole lines, so that an export that was cut off can go on."""

from __future__ import annotations

import fcntl
import gzip
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from netgpt_docs_service.errors import InvalidInput, ServiceError
from netgpt_docs_service.usecases.archive import (
    MAX_LINE_BYTES,
    ArchiveDamaged,
    ArchiveReader,
)
from netgpt_docs_service.usecases.archive_lines import DocumentLine, HeaderLine, SkippedLine
from netgpt_docs_service.usecases.sweep import MAX_WRITE_AGE

STANDARD = Path("-")
_MEMBER_BYTES = 2**20
_PIECE_BYTES = 2**20


class ArchiveUnwritable(ServiceError):
    """The archive could not be written."""

    kind = "archive_unwritable"


class ArchiveFile:
    """An archive that grows by whole members; its file appears only when it is complete."""

    def __init__(self, file: BinaryIO, begun: ArchiveReader, *, path: Path | None) -> None:
        """Go on after what `begun` read; `path` is the final name, None for what is no file."""
        self.tally = begun.tally
        self.is_complete = begun.is_complete
        self._file = file
        self._path = path
        self._pending: list[bytes] = []
        self._pending_bytes = 0

    def write(self, line: DocumentLine | HeaderLine | SkippedLine) -> None:
        """Add a line; what is not a whole member yet is lost when the process dies."""
        written = line.as_bytes()
        self.tally.add(line, written)
        self._add(written)

    def finish(self, *, allow_partial: bool) -> Path:
        """Write the trailer, make all of it durable, and give the file its name.

        One that lacks documents keeps the name of a part unless `allow_partial`: it replaces no
        archive that is whole. Returns the name that it has.
        """
        if not self.is_complete:
            self._add(self.tally.trailer().as_bytes())
            self._end_member()
        self._file.flush()
        if self._path is None:
            return STANDARD
        os.fsync(self._file.fileno())
        if self.tally.skipped and not allow_partial:
            return _part(self._path)
        _publish(self._path)
        return self._path

    def discard(self) -> None:
        """Leave nothing behind."""
        self._pending = []
        if self._path is not None:
            _part(self._path).unlink()

    def _add(self, written: bytes) -> None:
        self._pending.append(written)
        self._pending_bytes += len(written)
        if self._pending_bytes >= _MEMBER_BYTES:
            self._end_member()

    def _end_member(self) -> None:
        self._file.write(gzip.compress(b"".join(self._pending), compresslevel=6, mtime=0))
        self._file.flush()
        self._pending, self._pending_bytes = [], 0


@contextmanager
def begun_archive(path: Path, header: HeaderLine, *, resume: bool) -> Iterator[ArchiveFile]:
    """Begin an archive, or go on with the part of one that the same command left behind.

    Raises InvalidInput when `resume` and there is no such part, or none of this week, and for a
    path that no file can have; ArchiveUnwritable when the disk refuses.
    """
    try:
        if path == STANDARD:
            archive = ArchiveFile(sys.stdout.buffer, _not_begun(resume=resume), path=None)
            archive.write(header)
            yield archive
            return
        if path.is_dir():
            message = f"{path} is a directory: name a file"
            raise InvalidInput(message)
        with _locked_part(path, must_exist=resume) as file:
            begun = _resumed(file, header, path) if resume else _emptied(file)
            archive = ArchiveFile(file, begun, path=path)
            if begun.header is None:
                archive.write(header)
            yield archive
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}"
        raise ArchiveUnwritable(message) from error


def _publish(path: Path) -> None:
    """Give the finished part its name, for good."""
    _part(path).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_archive(
    file: BinaryIO, reader: ArchiveReader | None = None, *, max_line_bytes: int = MAX_LINE_BYTES
) -> Iterator[tuple[int, DocumentLine]]:
    """Yield each document with its line's number; ends only after a trailer that fits.

    `reader` is new, and knows what else has come.
    Raises ArchiveDamaged, which names the line, as soon as something is wrong.
    """
    reader = reader or ArchiveReader()
    for written in _lines(file, reader, max_line_bytes):
        document = reader.read(written)
        if document is not None:
            yield reader.number, document
    reader.close()


def _lines(file: BinaryIO, reader: ArchiveReader, limit: int) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=file) as unzipped:
        while True:
            try:
                written = unzipped.readline(limit + 1)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                reader.number += 1
                message = f"the gzip data is damaged or cut off: {error}"
                raise reader.damage(message) from error
            if len(written) > limit:
                reader.number += 1
                message = f"it has more than {limit} bytes"
                raise reader.damage(message)
            if not written:
                return
            yield written


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


@contextmanager
def _locked_part(path: Path, *, must_exist: bool) -> Iterator[BinaryIO]:
    """Open the part so that nobody else writes it, and nobody else reads what only keys open."""
    part = _part(path)
    create = 0 if must_exist else os.O_CREAT
    while True:
        try:
            descriptor = os.open(part, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | create, 0o600)
        except FileNotFoundError as error:
            if not must_exist:
                raise
            message = f"there is no {part} to go on with: leave --resume out"
            raise InvalidInput(message) from error
        with os.fdopen(descriptor, "a+b") as file:
            _lock(file, part)
            if _is_still(file, part):
                os.fchmod(descriptor, 0o600)
                yield file
                return


def _lock(file: BinaryIO, part: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"another export is writing {part}"
        raise ArchiveUnwritable(message) from error


def _is_still(file: BinaryIO, part: Path) -> bool:
    """Whether `file` has its name: an export that ended before the lock made an archive of it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), part.lstat())
    except FileNotFoundError:
        return False


def _not_begun(*, resume: bool) -> ArchiveReader:
    if resume:
        message = "standard output cannot be gone on with: leave --resume out"
        raise InvalidInput(message)
    return ArchiveReader()


def _emptied(file: BinaryIO) -> ArchiveReader:
    file.truncate(0)
    return ArchiveReader()


def _resumed(file: BinaryIO, header: HeaderLine, path: Path) -> ArchiveReader:
    """Leave `file` at the end of its last whole member."""
    begun, end = _whole_part(file)
    if begun.header is None or not _is_same_command(begun.header, header):
        message = f"{_part(path)} is not the beginning of this export: leave --resume out"
        raise InvalidInput(message)
    if header.created_at - begun.header.created_at > MAX_WRITE_AGE:
        message = (
            f"{_part(path)} was begun at {begun.header.created_at:%Y-%m-%d %H:%M}, more than "
            f"{MAX_WRITE_AGE.days} days ago: it may hold what was deleted since, and an import "
            "would bring it back: leave --resume out"
        )
        raise InvalidInput(message)
    file.truncate(end)
    return begun


def _whole_part(file: BinaryIO) -> tuple[ArchiveReader, int]:
    file.seek(0)
    reader, end = ArchiveReader(), 0
    try:
        for lines, offset in _members(file):
            for line in lines:
                reader.read(line)
            end = offset
    except ArchiveDamaged:
        return ArchiveReader(), 0
    return reader, end


def _members(file: BinaryIO) -> Iterator[tuple[list[bytes], int]]:
    """Yield the lines of each whole member, and where the member ends."""
    end, rest = 0, b""
    while True:
        inflater = zlib.decompressobj(wbits=31)
        parts: list[bytes] = []
        while not inflater.eof:
            rest = rest or file.read(_PIECE_BYTES)
            if not rest:
                return
            try:
                parts.append(inflater.decompress(rest))
            except zlib.error:  # what a power cut left of the member
                return
            end += len(rest) - len(inflater.unused_data)
            rest = inflater.unused_data
        yield b"".join(parts).splitlines(keepends=True), end


def _is_same_command(begun: HeaderLine, header: HeaderLine) -> bool:
    return header == begun.model_copy(update={"created_at": header.created_at})
