"""Which document a zip or an OLE2 file is, by the names inside it."""

from __future__ import annotations

from netgpt_docs_service.errors import EncryptedFile, UnsupportedFile
from netgpt_docs_service.extraction import media_types as types
from netgpt_docs_service.extraction.zip_check import Packed

OLE2_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_DOCUMENTS = {
    "application/vnd.oasis.opendocument.text": types.ODT,
    "application/vnd.oasis.opendocument.text-template": types.ODT,
    "application/vnd.oasis.opendocument.spreadsheet": types.ODS,
    "application/vnd.oasis.opendocument.spreadsheet-template": types.ODS,
    "application/vnd.oasis.opendocument.presentation": types.ODP,
    "application/vnd.oasis.opendocument.presentation-template": types.ODP,
    "application/epub+zip": types.EPUB,
}
_OFFICE_PARTS = (
    ("word/document", types.DOCX),
    ("ppt/presentation", types.PPTX),
    ("xl/workbook.xml", types.XLSX),
    ("word/", types.DOCX),
    ("ppt/", types.PPTX),
)
_UNREAD_PARTS = (
    ("xl/workbook.bin", "an Excel binary workbook (xlsb)"),
    ("visio/", "a Visio drawing"),
    ("AndroidManifest.xml", "an Android application"),
    ("META-INF/MANIFEST.MF", "a Java archive"),
    ("Index/Document.iwa", "an iWork document"),
    ("doc.kml", "a KMZ map"),
    ("FixedDocSeq.fdseq", "an XPS document"),
)
_STREAMS = (
    ("__properties_version1.0", types.MSG),
    ("WordDocument", types.DOC),
    ("PowerPoint Document", types.PPT),
    ("Workbook", types.XLS),
    ("Book", types.XLS),
)
_DIRECTORY_ENTRY_BYTES = 128


def zip_type(packed: Packed) -> str:
    """Return the media type of a zip by its entries; UnsupportedFile names what else it is."""
    if kind := _OPEN_DOCUMENTS.get(packed.mimetype):
        return kind
    is_office = "[Content_Types].xml" in packed.names
    for part, kind in _OFFICE_PARTS if is_office else ():
        if any(name.startswith(part) for name in packed.names):
            return kind
    name = "a ZIP archive; its files can be sent one by one"
    if packed.mimetype:
        name = f"a packed file of type {packed.mimetype!r}"
    for part, known in _UNREAD_PARTS:
        if any(each.startswith(part) for each in packed.names):
            name = known
    message = f"the file is {name}"
    raise UnsupportedFile(message)


def ole2_type(content: bytes) -> str:
    """Return the media type of an OLE2 file; EncryptedFile where Office put its package in one."""
    if _has_stream(content, "EncryptedPackage"):
        message = "the file is an Office document that asks for a password"
        raise EncryptedFile(message)
    for stream, kind in _STREAMS:
        if _has_stream(content, stream):
            return kind
    message = "the file is an OLE2 container of no known kind"
    raise UnsupportedFile(message)


def _has_stream(content: bytes, name: str) -> bool:
    """Say whether a directory entry has this name: such entries lie at multiples of their size."""
    written = (name + "\0").encode("utf-16-le")
    at = content.find(written)
    while at >= 0 and at % _DIRECTORY_ENTRY_BYTES:
        at = content.find(written, at + 1)
    return at >= 0
