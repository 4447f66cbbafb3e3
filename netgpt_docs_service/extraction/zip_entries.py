"""The data of a packed file's entries, measured: a directory can say anything."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator

from netgpt_docs_service.errors import DamagedFile, UnsafeFile

_STEP_BYTES = 2**16


def measured(entry: zipfile.ZipInfo, data: memoryview, *, keep: tuple[bytes, ...]) -> bytes:
    """Unpack an entry, and return its content if it begins with one of `keep`, else nothing.

    Raises UnsafeFile as soon as it is longer than its directory says, DamagedFile where it is
    shorter or broken; what is not kept is forgotten while it is unpacked.
    """
    kept: list[bytes] = []
    crc = size = 0
    for step in _unpacked(entry, data):
        if kept or (size == 0 and step.startswith(keep)):
            kept.append(step)
        size += len(step)
        crc = zlib.crc32(step, crc)
        if size > entry.file_size:
            message = (
                f"entry {entry.filename[:200]!r} unpacks to more than the {entry.file_size} bytes "
                "that its directory announces"
            )
            raise UnsafeFile(message)
    if size != entry.file_size or crc != entry.CRC:
        message = f"entry {entry.filename[:200]!r} is damaged: its checksum is of something else"
        raise DamagedFile(message)
    return b"".join(kept)


def _unpacked(entry: zipfile.ZipInfo, data: memoryview) -> Iterator[bytes]:
    steps = (bytes(data[at : at + _STEP_BYTES]) for at in range(0, len(data), _STEP_BYTES))
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from steps
        return
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for step in steps:
            rest = step
            while rest and not inflating.eof:
                yield inflating.decompress(rest, _STEP_BYTES)
                rest = inflating.unconsumed_tail
        yield inflating.flush()
    except zlib.error as error:
        message = f"entry {entry.filename[:200]!r} is damaged: {error}"
        raise DamagedFile(message) from error
