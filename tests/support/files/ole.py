"""Files of the OLE2 kind (Compound File Binary): letters of Outlook, documents with a password."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_ROOT, _STREAM = 5, 2
_CUTOFF = 4096  # shorter streams would go to a stream of streams; ours are filled up


def make_ole2(streams: Mapping[str, bytes]) -> bytes:
    """One storage with `streams`, each filled up with zeros to 4,096 bytes."""
    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    bodies = [_filled(streams[name]) for name in names]
    directory_sectors = -(-(len(names) + 1) * 128 // _SECTOR)
    starts, chain = [], _chain(0, 1) and [_FAT]
    chain += _chain(1, directory_sectors)
    for body in bodies:
        starts.append(len(chain))
        chain += _chain(len(chain), len(body) // _SECTOR)
    entries = [_entry("Root Entry", _ROOT, child=1 if names else _FREE, start=_END)]
    for index, (name, start, body) in enumerate(zip(names, starts, bodies, strict=True), 1):
        right = index + 1 if index < len(names) else _FREE
        entries.append(_entry(name, _STREAM, right=right, start=start, size=len(body)))
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    listing = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0")
    return _header() + table + listing + b"".join(bodies)


def make_msg(*, subject: str, body: str, sender: str) -> bytes:
    """A letter with a text, as Outlook saves it."""
    texts = {"001A": "IPM.Note", "0037": subject, "1000": body, "0C1A": sender}
    streams = {f"__substg1.0_{tag}001F": text.encode("utf-16-le") for tag, text in texts.items()}
    return make_ole2(streams | {"__properties_version1.0": bytes(32)})


def make_encrypted_office() -> bytes:
    """What Word, PowerPoint and Excel write when a document has a password."""
    return make_ole2({"EncryptionInfo": b"\x04\0\x04\0", "EncryptedPackage": b"secret" * 100})


def make_encrypted_doc() -> bytes:
    """What Word 97 wrote when a document had a password: a flag, and a text nobody can read."""
    head = b"\xec\xa5\xc1\x00".ljust(10, b"\0") + b"\x00\x03"
    return make_ole2({"WordDocument": head, "1Table": b"\x01"})


def _filled(content: bytes) -> bytes:
    size = max(_CUTOFF, -(-len(content) // _SECTOR) * _SECTOR)
    return content.ljust(size, b"\0")


def _chain(start: int, sectors: int) -> list[int]:
    return [*range(start + 1, start + sectors), _END]


def _entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int, size: int = 0
) -> bytes:
    label = name.encode("utf-16-le") + b"\0\0"
    head = struct.pack("<64sHBBIII", label, len(label), kind, 1, _FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def _header() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _CUTOFF, _END, 0, _END, 0)
    return head + struct.pack("<109I", 0, *([_FREE] * 108))
