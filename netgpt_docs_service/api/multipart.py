"""Take a multipart body apart while it comes: fields into memory, files onto the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from starlette.exceptions import HTTPException

from netgpt_docs_service.api.part_headers import PartHeaders, part_headers
from netgpt_docs_service.errors import InvalidInput, LimitExceeded

MOST_FILES = 100
_MOST_COUNTED = 1_000  # files above the limit are counted for the message, up to here
_MOST_FIELDS = 100
_MOST_FIELD_BYTES = 65_536
_MOST_HEADER_BYTES = 65_536  # so that a name that is too long spoils its own file only

_HEADER_TOO_LONG = "Maximum header size exceeded"  # the parser's own words


@dataclass(slots=True)
class ReceivedFile:
    """A file of a form; `content` is None once it has more bytes than it may."""

    headers: PartHeaders
    content: BinaryIO | None
    size_bytes: int = 0
    sha256: str = ""


@dataclass(slots=True)
class _Part:
    name: str = ""
    file: ReceivedFile | None = None
    value: bytearray = field(default_factory=bytearray)
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)


class MultipartReader:
    """Take one body in pieces; every call may wait for the disk.

    Calls raise HTTPException (400) for a body that is not multipart, InvalidInput for a part that
    makes no sense, LimitExceeded for too many, and OSError when the disk takes no more.
    """

    def __init__(self, boundary: bytes, *, file_fields: tuple[str, ...], file_bytes: int) -> None:
        """Take files named as one of `file_fields`, and keep those of at most `file_bytes`."""
        self.fields: list[tuple[str, bytes]] = []
        self.files: list[ReceivedFile] = []
        self._file_fields = file_fields
        self._file_bytes = file_bytes
        self._file_count = 0
        self._is_complete = False
        self._header = (bytearray(), bytearray())
        self._headers: dict[bytes, bytes] = {}
        self._part = _Part()
        with _explained():
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._headers.clear,
                    "on_header_field": _appending(self._header[0]),
                    "on_header_value": _appending(self._header[1]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin,
                    "on_part_data": self._take,
                    "on_part_end": self._end,
                    "on_end": self._complete,
                },
                max_header_size=_MOST_HEADER_BYTES,
            )

    def write(self, data: bytes) -> None:
        """Take the next piece of the body."""
        with _explained():
            self._parser.write(data)

    def finish(self) -> None:
        """Raise HTTPException (400) when the body ended too early, LimitExceeded for its files."""
        if not self._is_complete:
            raise HTTPException(400, "the form ended before its last boundary")
        if self._file_count > MOST_FILES:
            message = f"the form has {self._file_count} files; at most {MOST_FILES} are allowed"
            raise LimitExceeded(message, pointer=f"/{self._file_fields[0]}")

    def close(self) -> None:
        """Give back the room of all files."""
        for each in self.files:
            if each.content is not None:
                each.content.close()

    def _end_header(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    def _begin(self) -> None:
        headers = part_headers(self._headers)
        if headers.filename is None:
            self._begin_field(headers.name)
        else:
            self._begin_file(headers)

    def _begin_field(self, name: str) -> None:
        if name in self._file_fields:
            message = f"{name} has no filename: send it as a file"
            raise InvalidInput(message, pointer=f"/{name}")
        if len(self.fields) == _MOST_FIELDS:
            message = f"the form has more than {_MOST_FIELDS} fields besides its files"
            raise LimitExceeded(message)
        self._part = _Part(name)

    def _begin_file(self, headers: PartHeaders) -> None:
        if headers.name not in self._file_fields:
            message = f"{headers.name}: a file has the name {self._file_fields[0]}"
            raise InvalidInput(message, pointer=f"/{headers.name}")
        self._file_count += 1
        if self._file_count > _MOST_COUNTED:
            message = f"the form has more than {_MOST_COUNTED} files; {MOST_FILES} are allowed"
            raise LimitExceeded(message, pointer=f"/{headers.name}")
        is_kept = self._file_count <= MOST_FILES
        file = ReceivedFile(headers, TemporaryFile() if is_kept else None)  # noqa: SIM115  closed by close()
        self._part = _Part(headers.name, file)
        if is_kept:
            self.files.append(file)

    def _take(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.file is not None:
            self._keep(part, part.file, memoryview(data)[start:end])
            return
        if len(part.value) + end - start > _MOST_FIELD_BYTES:
            message = f"{part.name} has more than {_MOST_FIELD_BYTES} bytes"
            raise LimitExceeded(message, pointer=f"/{part.name}")
        part.value += data[start:end]

    def _keep(self, part: _Part, file: ReceivedFile, data: memoryview) -> None:
        file.size_bytes += len(data)
        if file.content is None:
            return
        if file.size_bytes > self._file_bytes:
            file.content.close()  # it is refused: only its size is still of interest
            file.content = None
            return
        file.content.write(data)
        part.digest.update(data)

    def _end(self) -> None:
        part = self._part
        if part.file is None:
            self.fields.append((part.name, bytes(part.value)))
        elif part.file.content is not None:
            part.file.content.seek(0)
            part.file.sha256 = part.digest.hexdigest()

    def _complete(self) -> None:
        self._is_complete = True


def _appending(buffer: bytearray) -> Callable[[bytes, int, int], None]:
    def append(data: bytes, start: int, end: int) -> None:
        buffer.extend(data[start:end])

    return append


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except FormParserError as error:
        message = "the body is not a valid multipart/form-data"
        if str(error) == _HEADER_TOO_LONG:
            message = f"a part of the form has a header of more than {_MOST_HEADER_BYTES} bytes"
        raise HTTPException(400, message) from error
