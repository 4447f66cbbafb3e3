"""Zips, good ones and such as nobody makes by accident."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from io import BytesIO

_END = struct.Struct("<4s4H2LH")


def make_zip(entries: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", method) as writing:
        for name, content in entries.items():
            writing.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return packed.getvalue()


def make_office_zip(**parts: bytes) -> bytes:
    """Return what looks like a Word document by its names."""
    return make_zip({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **parts})


def make_overlapping_zip(copies: int) -> bytes:
    """Return a zip whose directory names one entry's data many times over."""
    content = make_zip({"0": b"word " * 100})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[start:end]
    names = [entry[:46] + str(number).encode() + entry[47:] for number in range(copies)]
    directory = b"".join(names)
    closing = _END.pack(b"PK\x05\x06", 0, 0, copies, copies, len(directory), start, 0)
    return content[:start] + directory + closing


def make_lying_zip(*, announced_bytes: int, content: bytes) -> bytes:
    """Return a zip of one entry whose headers both announce another size than it has."""
    packed = bytearray(make_zip({"a": content}))
    directory = packed.index(b"PK\x01\x02")
    struct.pack_into("<L", packed, 22, announced_bytes)
    struct.pack_into("<L", packed, directory + 24, announced_bytes)
    return bytes(packed)


def make_quarrelling_zip() -> bytes:
    """Return a zip whose directory says another size than the entry itself."""
    packed = bytearray(make_zip({"a": b"word " * 100}))
    struct.pack_into("<L", packed, 22, 7)
    return bytes(packed)


def make_encrypted_zip() -> bytes:
    packed = bytearray(make_zip({"a": b"word"}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def make_endless_directory(entries: int) -> bytes:
    """Return a zip that is nearly all directory."""
    entry = b"PK\x01\x02" + bytes(42)
    size = entries * len(entry)
    start = b"PK\x03\x04"
    return start + entry * entries + _END.pack(b"PK\x05\x06", 0, 0, 0, 0, size, len(start), 0)
