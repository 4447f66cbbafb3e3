"""What the headers of one part of a form say: the part's name, and the file's name and type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value

from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException

from netgpt_docs_service.errors import InvalidInput

_MOST_TYPE_CHARACTERS = 255
_MOST_EXTENDED_BYTES = 4_096
"""A name of 255 characters has 3,060; the standard library's parser takes the square of more."""
_PLAIN_ENCODINGS = (b"", b"7bit", b"8bit", b"binary")
_UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHeaders:
    """`filename` is None for a part that is no file, `declared_type` when nothing is said.

    `is_readable` is False when the file's name is not UTF-8.
    """

    name: str
    filename: str | None
    declared_type: str | None
    is_readable: bool = True


def part_headers(sent: Mapping[bytes, bytes]) -> PartHeaders:
    """Read the headers of a part, by their names in small letters.

    Raises HTTPException (400) for a part without a name, InvalidInput for one that is encoded.
    """
    disposition = sent.get(b"content-disposition", b"")
    kind, options = parse_options_header(disposition)
    if kind != b"form-data" or b"name" not in options:
        raise HTTPException(400, "a part of the form has no name in its Content-Disposition")
    name = options[b"name"].decode("utf-8", "replace")
    if sent.get(b"content-transfer-encoding", b"").strip().lower() not in _PLAIN_ENCODINGS:
        message = f"{name}: a Content-Transfer-Encoding is not read: send the bytes as they are"
        raise InvalidInput(message, pointer=f"/{name}")
    filename, is_readable = _filename(disposition, options)
    return PartHeaders(
        name=name,
        filename=filename,
        declared_type=_declared(sent.get(b"content-type", b"")),
        is_readable=is_readable,
    )


def _filename(disposition: bytes, options: Mapping[bytes, bytes]) -> tuple[str | None, bool]:
    plain = options.get(b"filename")
    if plain is None:
        return _extended_filename(disposition), True
    try:
        return plain.decode(), True
    except UnicodeDecodeError:
        return plain.decode("utf-8", "replace"), False


def _extended_filename(disposition: bytes) -> str | None:
    """Return what `filename*` says: forms may not have it, and older clients send nothing else."""
    sent = disposition.decode("latin-1")
    if len(sent) > _MOST_EXTENDED_BYTES:
        return sent if "filename*" in sent else None  # as a name it is refused for its length
    header = Message()
    header["content-disposition"] = sent
    said = header.get_param("filename", None, "content-disposition")
    return None if said is None else collapse_rfc2231_value(said)


def _declared(sent: bytes) -> str | None:
    declared = sent.decode("latin-1").strip()
    is_plain = declared.isascii() and declared.isprintable()
    if not is_plain or not declared or len(declared) > _MOST_TYPE_CHARACTERS:
        return None
    return None if declared.lower() == _UNKNOWN_TYPE else declared
