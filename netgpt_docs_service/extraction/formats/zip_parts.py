"""Parts of a packed file that are looked at before xberg sees it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from xml.parsers import expat

from netgpt_docs_service.errors import DamagedFile
from netgpt_docs_service.extraction.reader import FileBytes

_MOST_BYTES = 2**20
_BLOCK_BYTES = 2**16
# What the standard library raises on an archive that is damaged or asks for a password.
_DAMAGE = (KeyError, OSError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)


def part_of(file: FileBytes, name: str) -> bytes:
    """Return the beginning of a part, nothing when there is none or it cannot be read."""
    return parts_reader(file)(name)


def parts_reader(file: FileBytes) -> Callable[[str], bytes]:
    """Return what gives the beginning of a part by its name; the list of parts is read once."""
    try:
        archive = zipfile.ZipFile(BytesIO(file.content))
    except _DAMAGE:
        return lambda _: b""  # xberg names better what is wrong

    def read(name: str) -> bytes:
        try:
            with archive.open(name) as part:
                return part.read(_MOST_BYTES)
        except _DAMAGE:
            return b""

    return read


def check_well_formed(file: FileBytes, name: str) -> None:
    """Raise DamagedFile when a part is no XML; of its text nothing is kept."""
    parser = expat.ParserCreate()
    try:
        with zipfile.ZipFile(BytesIO(file.content)) as archive, archive.open(name) as part:
            while block := part.read(_BLOCK_BYTES):
                parser.Parse(block)
            parser.Parse(b"", True)  # noqa: FBT003  expat knows no names
    except (*_DAMAGE, expat.ExpatError) as error:
        message = f"the file is damaged: {name}: {error}"
        raise DamagedFile(message) from error
