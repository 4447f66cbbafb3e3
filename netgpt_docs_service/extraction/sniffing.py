"""What kind of file this is: by its content, checked against its name and its declaration."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message

from netgpt_docs_service.errors import UnsupportedFile
from netgpt_docs_service.extraction import media_types as types
from netgpt_docs_service.extraction.encoding import Decoded, decode
from netgpt_docs_service.extraction.office_families import OLE2_MARK, ole2_type, zip_type
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.signatures import unread_kind
from netgpt_docs_service.extraction.text_kinds import ANY_TEXT, text_type
from netgpt_docs_service.extraction.zip_check import ZIP_MARKS, check_zip

_PDF_JUNK_BYTES = 1024
_LONGEST_DECLARED = 1000


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file is, the charset its sender named, and how that differs from what was said.

    `decoded` are the characters of a file that is one of text.
    """

    media_type: str
    charset: str | None
    warnings: tuple[str, ...] = ()
    decoded: Decoded | None = None


def sniff(content: bytes, *, name: str, declared_type: str | None, limits: ReadLimits) -> Sniffed:
    """Return what `content` is; nothing but its sender's word speaks for `name` and declaration.

    A zip is checked before its kind is told. Raises UnsupportedFile that names what it is where
    such files are not read, and what the check of a zip or of an encoding raises.
    """
    charset = _charset(declared_type)
    media_type = _packed_or_binary(content, name, limits)
    decoded = None
    if media_type is None:
        decoded = decode(content, charset=charset)
        media_type = text_type(decoded.text, name=name, declared_type=declared_type)
    return Sniffed(media_type, charset, _differences(media_type, name, declared_type), decoded)


def _packed_or_binary(content: bytes, name: str, limits: ReadLimits) -> str | None:
    """Return the kind that the first bytes tell, None for what can only be text."""
    if content.startswith(ZIP_MARKS):
        return zip_type(check_zip(content, limits))
    if content.startswith(OLE2_MARK):
        return ole2_type(content)
    if content.lstrip()[:6].startswith(b"{\\rtf"):
        return types.RTF
    if _is_pdf(content, name):
        return types.PDF
    if kind := unread_kind(content):
        message = f"the file is {kind}, which is not read"
        raise UnsupportedFile(message)
    return None


def _is_pdf(content: bytes, name: str) -> bool:
    at = content.find(b"%PDF-", 0, _PDF_JUNK_BYTES)
    if at <= 0:
        return at == 0
    is_said_to_be_text = types.by_extension(name) in ANY_TEXT
    return not is_said_to_be_text or b"endobj" in content


def _charset(declared_type: str | None) -> str | None:
    if not declared_type:
        return None
    header = Message()
    header["Content-Type"] = declared_type[:_LONGEST_DECLARED].replace("\r", " ").replace("\n", " ")
    charset = header.get_param("charset")
    return charset if charset and isinstance(charset, str) else None


def _differences(media_type: str, name: str, declared_type: str | None) -> tuple[str, ...]:
    """Say where name and declaration speak of another kind, two kinds of text apart."""
    by_name, declared = types.by_extension(name), types.by_declaration(declared_type)
    found = []
    if declared and _family(declared) != _family(media_type):
        found.append(f"declared {declared[:100]}, it is {types.name_of(media_type)}")
    if by_name and _family(by_name) != _family(media_type):
        found.append(f"its name says {types.name_of(by_name)}, it is {types.name_of(media_type)}")
    return tuple(found)


def _family(media_type: str) -> str:
    if media_type in _LOOSE or media_type.startswith("text/"):
        return "text"
    return media_type


_LOOSE = ANY_TEXT - {types.HTML, types.EML, types.NOTEBOOK}
