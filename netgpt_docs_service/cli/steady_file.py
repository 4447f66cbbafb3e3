"""Files that are sent as they were when they were opened, while others may write them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from netgpt_docs_service.cli.sources import FileSource


class UnreadableFile(Exception):
    """A file that cannot be sent; the message says why."""


class SteadyFile:
    """A file of the length it had: what is added later is left out, so a form's length holds."""

    def __init__(self, file: BinaryIO, size_bytes: int) -> None:
        """Take a file that is open at its begin."""
        self.size_bytes = size_bytes
        self._file = file

    def read(self, most_bytes: int = -1) -> bytes:
        """Return the next bytes, none at the end; UnreadableFile when it has become shorter."""
        left = self.size_bytes - self._file.tell()
        wanted = left if most_bytes < 0 else min(left, most_bytes)
        try:
            piece = self._file.read(wanted)
        except OSError as error:
            raise UnreadableFile(error.strerror or str(error)) from error
        if wanted and not piece:
            message = "the file became shorter while it was sent"
            raise UnreadableFile(message)
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to `offset` from the begin, or from the end that the file had."""
        return self._file.seek(offset + (self.size_bytes if whence == os.SEEK_END else 0))

    def tell(self) -> int:
        """Return where the next bytes are."""
        return self._file.tell()


@contextmanager
def opened(source: FileSource) -> Iterator[SteadyFile]:
    """Open a file to send; UnreadableFile says why it cannot be sent."""
    _check_name(source)
    try:
        # A pipe without a writer would be waited for; that it is no file is seen afterwards.
        descriptor = os.open(source.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise UnreadableFile(getattr(error, "strerror", None) or str(error)) from error
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            message = "it is not a regular file"
            raise UnreadableFile(message)
        yield SteadyFile(file, found.st_size)


def _check_name(source: FileSource) -> None:
    try:
        source.doc_id.encode()
    except UnicodeEncodeError as error:
        message = "the file name is not UTF-8, so it cannot become a document id"
        raise UnreadableFile(message) from error
