"""Files that are archives of other files."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO


def pack(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP of `parts`; a `mimetype` is stored as it is, as readers ask."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return buffer.getvalue()


def repacked(content: bytes, name: str, change: tuple[bytes, bytes]) -> bytes:
    """Return the archive with the first bytes of `change` replaced by the second in one part."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    return pack(parts | {name: parts[name].replace(*change)})
