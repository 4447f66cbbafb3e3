"""Packed files made to harm whoever unpacks them, and those that nobody can open."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from itertools import pairwise

from tests.support.files.packing import pack

_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_DOCUMENT = (
    '<?xml version="1.0"?>{prolog}<w:document xmlns:w="http://schemas.openxmlformats.org/'
    'wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>'
    "</w:document>"
)


def word_file(text: str, *, prolog: str = "", more: Mapping[str, bytes] | None = None) -> bytes:
    """Return a Word document of one paragraph; `text` and `prolog` go in as XML, unescaped."""
    members = {
        "[Content_Types].xml": _CONTENT_TYPES.encode(),
        "_rels/.rels": _RELATIONS.encode(),
        "word/document.xml": _DOCUMENT.format(text=text, prolog=prolog).encode(),
        **(more or {}),
    }
    return pack(members)


def word_bomb(size_bytes: int) -> bytes:
    """Return a Word document whose one paragraph unpacks to `size_bytes`, a thousand to one."""
    return word_file(" " * size_bytes + "end")


def nested_bomb(size_bytes: int) -> bytes:
    """Return a Word document with an archive in an archive that holds `size_bytes` of zeros."""
    inner = pack({"zeros": bytes(size_bytes)})
    return word_file("cover", more={"word/embeddings/a.zip": pack({"inner.zip": inner})})


def overlapping_bomb(entries: int, size_bytes: int) -> bytes:
    """Return a Word document in whose directory many names share one piece of packed zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = packer.compress(bytes(size_bytes)) + packer.flush()
    checksum = zlib.crc32(bytes(size_bytes))
    names = [b"word/document.xml", b"[Content_Types].xml"]
    names += [b"word/media/%d" % number for number in range(entries - 2)]
    sizes = struct.pack("<LLL", checksum, len(kernel), size_bytes)
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes
    local += struct.pack("<HH", len(names[0]), 0) + names[0]
    central = b"".join(
        b"PK\1\2"
        + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0)
        + sizes
        + struct.pack("<HHHHHLL", len(name), 0, 0, 0, 0, 0, 0)
        + name
        for name in names
    )
    start = len(local) + len(kernel)
    end = struct.pack("<HHHHLLH", 0, 0, len(names), len(names), len(central), start, 0)
    return local + kernel + central + b"PK\5\6" + end


def billion_laughs() -> bytes:
    """Return a Word document whose one entity stands for ten to the ninth."""
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise("abcdefghi")
    )
    return word_file("&i;", prolog=f"<!DOCTYPE w [{entities}]>")


def quadratic_xml(size_bytes: int) -> bytes:
    """Return XML in which one long entity is named as often as it is long."""
    half = size_bytes // 2
    prolog = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e "{"x" * half}">]>'
    return f"{prolog}<r>{'&e;' * (half // 3)}</r>".encode()


def external_entity(address: str) -> bytes:
    """Return XML that asks its reader to read `address` into it."""
    return (
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "{address}">]><r>before &e; after</r>'
    ).encode()
