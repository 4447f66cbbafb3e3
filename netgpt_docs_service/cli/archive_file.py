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
from netgpt_docs_service.usecases.archive_lines import DocumentLine, HeaderLine

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

    def write(self, line: DocumentLine | HeaderLine) -> None:
        """Add a line; what is not a whole member yet is lost when the process dies."""
        written = line.as_bytes()
        self.tally.add(line, written)
        self._add(written)

    def finish(self) -> None:
        """Write the trailer, make all of it durable, and give the file its name."""
        if not self.is_complete:
            self._add(self.tally.trailer().as_bytes())
            self._end_member()
        self._file.flush()
        if self._path is not None:
            os.fsync(self._file.fileno())
            _publish(self._path)

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
def begun_archive(path: Path, header: HeaderLine, *, must_resume: bool) -> Iterator[ArchiveFile]:
    """Begin an archive, or go on with the part of one that the same command left behind.

    Raises InvalidInput when `must_resume` and there is no such part, ArchiveUnwritable when the
    disk refuses.
    """
    try:
        if path == STANDARD:
            archive = ArchiveFile(sys.stdout.buffer, ArchiveReader(), path=None)
            archive.write(header)
            yield archive
            return
        with open(_part(path), "a+b", opener=_private) as file:
            _lock(file, path)
            begun = _resumed(file, header, must_resume=must_resume, path=path)
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
    file: BinaryIO, *, max_line_bytes: int = MAX_LINE_BYTES
) -> Iterator[tuple[int, DocumentLine]]:
    """Yield each document with its line's number; ends only after a trailer that fits.

    Raises ArchiveDamaged, which names the line, as soon as something is wrong.
    """
    reader = ArchiveReader()
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


def _private(name: str, flags: int) -> int:
    """Let nobody else read what only keys give access to."""
    return os.open(name, flags, 0o600)


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"another export is writing {_part(path)}"
        raise ArchiveUnwritable(message) from error


def _resumed(file: BinaryIO, header: HeaderLine, *, must_resume: bool, path: Path) -> ArchiveReader:
    """Leave `file` at the end of its last whole member, or empty when it cannot be gone on with."""
    begun, end = _whole_part(file)
    if not _is_same_command(begun.header, header):
        if must_resume:
            message = f"{_part(path)} is not the beginning of this export: leave --resume out"
            raise InvalidInput(message)
        begun, end = ArchiveReader(), 0
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


def _is_same_command(begun: HeaderLine | None, header: HeaderLine) -> bool:
    return begun is not None and header == begun.model_copy(
        update={"created_at": header.created_at}
    )
