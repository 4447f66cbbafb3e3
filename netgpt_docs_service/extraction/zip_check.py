"""What a packed file would unpack to, told before anything else touches it."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from netgpt_docs_service.errors import DamagedFile, EncryptedFile, UnsafeFile, UnsupportedFile
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.zip_entries import measured

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LONGEST_COMMENT = 0xFFFF
_END_64_MARK, _LOCATOR_MARK = b"PK\x06\x06", b"PK\x06\x07"
_LOCATOR_BYTES, _BETWEEN_ENDS = 20, 76
_ENTRY = struct.Struct("<4s24x3H12x")
_ENTRY_MARK = b"PK\x01\x02"
_LOCAL = struct.Struct("<4s2x2H4x3L2H")
_LOCAL_MARK = b"PK\x03\x04"
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8
_UNKNOWN = 0xFFFFFFFF
_READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LONGEST_TYPE_BYTES = 200
_ALWAYS_FINE_BYTES = 2**20
"""So little may be packed as well as it can be: a sheet of equal cells is no bomb."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The names in a packed file, and how much they all unpack to, nested ones included."""

    names: frozenset[str]
    unpacked_bytes: int
    mimetype: str = ""


def check_zip(content: bytes, limits: ReadLimits, *, name: str = "the file") -> Packed:
    """Return what is in the zip `content`, which unpacks to no more than its directory says.

    Raises UnsafeFile over a limit, EncryptedFile, or DamagedFile where it contradicts itself.
    """
    _check_count(content, limits, name)
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, OverflowError, NotImplementedError) as no:
        message = f"{name} is a damaged zip: {no}"
        raise DamagedFile(message) from no
    _check_names(entries, name)
    total = _check_sizes(entries, len(content), limits, name)
    starts = [_data_start(content, each, name) for each in entries]
    _check_overlaps(entries, starts, name)
    mimetype = ""
    for entry, start in zip(entries, starts, strict=True):
        data = memoryview(content)[start : start + entry.compress_size]
        is_type = entry.filename == "mimetype" and entry.file_size <= _LONGEST_TYPE_BYTES
        inner = measured(entry, data, keep=(b"",) if is_type else ZIP_MARKS)
        if is_type:
            mimetype = inner.decode("ascii", errors="replace").strip()
        elif inner:
            total += _nested(inner, entry, limits, total)
    return Packed(frozenset(each.filename for each in entries), total, mimetype)


def announced_bytes(content: bytes) -> int:
    """Return how much a zip that was checked unpacks to, by its directory."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        return sum(each.file_size for each in packed.infolist())


def _nested(inner: bytes, entry: zipfile.ZipInfo, limits: ReadLimits, total: int) -> int:
    what = f"entry {entry.filename!r}"
    if limits.nesting <= 0:
        message = f"{what} is a zip in a zip in more zips than may be nested"
        raise UnsafeFile(message)
    room = replace(limits, nesting=limits.nesting - 1, unpacked_bytes=limits.unpacked_bytes - total)
    return check_zip(inner, room, name=what).unpacked_bytes


def _check_count(content: bytes, limits: ReadLimits, name: str) -> None:
    """Count the directory's entries and keep none: a million of them would need 500 MB."""
    for count, _ in enumerate(_directory(content, name), start=1):
        if count > limits.entries:
            message = f"{name} has more than {limits.entries} entries, the limit"
            raise UnsafeFile(message)


def _directory(content: bytes, name: str) -> Iterator[int]:
    end = content.rfind(_END_MARK, max(0, len(content) - _LONGEST_COMMENT - _END.size))
    if end < 0 or end + _END.size > len(content):
        message = f"{name} is a zip that is cut off: its directory is missing"
        raise DamagedFile(message)
    *_, size, _, _ = _END.unpack_from(content, end)
    end_64 = end - _BETWEEN_ENDS
    has_64 = end_64 >= 0 and content.startswith(_LOCATOR_MARK, end - _LOCATOR_BYTES)
    if has_64 and content.startswith(_END_64_MARK, end_64):
        # zipfile goes by the 64-bit end wherever there is one, whatever the other says.
        end, size = end_64, int.from_bytes(content[end_64 + 40 : end_64 + 48], "little")
    at = max(0, end - size)
    while 0 <= at <= end - _ENTRY.size and content.startswith(_ENTRY_MARK, at):
        yield at
        _, *lengths = _ENTRY.unpack_from(content, at)
        at += _ENTRY.size + sum(lengths)


def _check_names(entries: Sequence[zipfile.ZipInfo], name: str) -> None:
    seen: set[str] = set()
    for entry in entries:
        path = entry.filename.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":":
            message = f"{name} has an entry that points outside of it: {entry.filename[:200]!r}"
            raise UnsafeFile(message)
        if path in seen:
            message = f"{name} has two entries of the name {entry.filename[:200]!r}"
            raise UnsafeFile(message)
        seen.add(path)
        if entry.flag_bits & _ENCRYPTED:
            message = f"{name} is encrypted: entry {entry.filename[:200]!r} asks for a password"
            raise EncryptedFile(message)
        if entry.compress_type not in _READ_METHODS:
            message = f"{name} is packed by method {entry.compress_type}; deflate is read"
            raise UnsupportedFile(message)


def _check_sizes(
    entries: Sequence[zipfile.ZipInfo], size_bytes: int, limits: ReadLimits, name: str
) -> int:
    total = sum(each.file_size for each in entries)
    if total > limits.unpacked_bytes:
        message = f"{name} unpacks to {total} bytes; the limit is {limits.unpacked_bytes}"
        raise UnsafeFile(message)
    for what, unpacked, packed in (
        (name, total, size_bytes),
        *(
            (f"entry {each.filename[:200]!r}", each.file_size, each.compress_size)
            for each in entries
        ),
    ):
        if unpacked > max(_ALWAYS_FINE_BYTES, limits.unpacked_ratio * packed):
            message = (
                f"{what} unpacks to {unpacked} bytes from {packed}; "
                f"the limit is {limits.unpacked_ratio} times as many"
            )
            raise UnsafeFile(message)
    return total


def _data_start(content: bytes, entry: zipfile.ZipInfo, name: str) -> int:
    """Return where the entry's data begins, once its own header agrees with the directory."""
    at, what = entry.header_offset, f"entry {entry.filename[:200]!r} of {name}"
    if at < 0 or at + _LOCAL.size > len(content) or not content.startswith(_LOCAL_MARK, at):
        message = f"{what} is not where the directory says"
        raise DamagedFile(message)
    _, flags, method, _, packed, unpacked, *lengths = _LOCAL.unpack_from(content, at)
    start: int = at + _LOCAL.size + sum(lengths)
    said = (packed, unpacked)
    is_unsaid = flags & _SIZES_FOLLOW or _UNKNOWN in said
    if (
        method != entry.compress_type
        or flags & _ENCRYPTED
        or start + entry.compress_size > len(content)
    ):
        message = f"{what} contradicts the directory or is cut off"
        raise DamagedFile(message)
    if not is_unsaid and said != (entry.compress_size, entry.file_size):
        message = (
            f"{what} says it is {packed} bytes of {unpacked}, "
            f"the directory {entry.compress_size} of {entry.file_size}"
        )
        raise UnsafeFile(message)
    return start


def _check_overlaps(entries: Sequence[zipfile.ZipInfo], starts: Sequence[int], name: str) -> None:
    spans = sorted(
        (entry.header_offset, start + entry.compress_size)
        for entry, start in zip(entries, starts, strict=True)
    )
    end = 0
    for begin, until in spans:
        if begin < end:
            message = f"{name} has entries that overlap at byte {begin}"
            raise UnsafeFile(message)
        end = until
