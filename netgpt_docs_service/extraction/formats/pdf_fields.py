"""What a PDF says beside its pages: its properties, outline, form fields and remarks."""

from __future__ import annotations

import ctypes
import re
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from netgpt_docs_service.extraction.formats.pdf_headings import Bookmark
from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.pages import name_of
from netgpt_docs_service.extraction.reader import FileBytes

_MOST_BOOKMARKS = 5_000
_LONGEST_VALUE = 500
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-]\d\d)'?(\d\d)?)?")
_FILE_NAME = re.compile(
    r"\.(?:docx?|odt|rtf|tex|dvi|pptx?|xlsx?|indd|pdf|html?|txt)$", re.IGNORECASE
)
_NO_TITLES = {"", "untitled", "untitled document", "unspecified", "unknown", "none", "title"}
_NO_VALUES = {"", "anonymous", "unspecified", "unknown"}
_OFF = "Off"  # what an empty check box says


def title_of(document: Any, file: FileBytes) -> str | None:  # noqa: ANN401  pypdfium2 has no types
    """Return the title in the properties, unless it is a program's or the file's own name."""
    title = _value(document, "Title").removeprefix("Microsoft Word - ")
    name = name_of(file)
    names = {name.casefold(), name.rpartition(".")[0].casefold()}
    if title.casefold().strip("()") in _NO_TITLES | names or _FILE_NAME.search(title):
        return None
    return title


def metadata_of(document: Any) -> dict[str, str]:  # noqa: ANN401
    """Return author, program and day of making, as far as they are said."""
    created = _DATE.match(_value(document, "CreationDate"))
    values = {
        "author": _value(document, "Author"),
        "creator": _value(document, "Creator"),
        "subject": _value(document, "Subject"),
        "keywords": _value(document, "Keywords"),
        "created_at": _as_iso(created) if created else "",
    }
    return {key: value for key, value in values.items() if _is_said(value)}


def language_of(document: Any) -> str | None:  # noqa: ANN401
    """Return the language that the file says it is in, such as `en-GB`."""
    size = pdfium.FPDFCatalog_GetLanguage(document, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, _CHARACTERS), size)
    return _decoded(buffer) or None


def bookmarks_of(document: Any) -> list[Bookmark]:  # noqa: ANN401
    """Return the entries of the outline that lead to a page of the document."""
    found: list[Bookmark] = []
    for entry in islice(document.get_toc(), _MOST_BOOKMARKS):
        destination = entry.get_dest()
        page = destination.get_index() if destination else None
        title = normalised(entry.get_title()).strip()
        if page is not None and page >= 0 and title:
            found.append(Bookmark(title, entry.level + 1, page))
    return found


def notes_on(page: Any) -> list[str]:  # noqa: ANN401
    """Return the filled form fields of a page as `name: value`, and the remarks on it."""
    notes: list[str] = []
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if annotation:
            try:
                notes.extend(_note(annotation))
            finally:
                pdfium.FPDFPage_CloseAnnot(annotation)
    return notes


_CHARACTERS = ctypes.POINTER(ctypes.c_ushort)


def _note(annotation: Any) -> list[str]:  # noqa: ANN401
    if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_WIDGET:
        value, name = _entry(annotation, b"V"), _entry(annotation, b"T")
        return [] if value in ("", _OFF) else [f"{name}: {value}" if name else value]
    remark = _entry(annotation, b"Contents")
    return [remark] if remark else []


def _entry(annotation: Any, key: bytes) -> str:  # noqa: ANN401
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if size <= ctypes.sizeof(ctypes.c_ushort):
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, _CHARACTERS), size)
    return _decoded(buffer)


def _decoded(buffer: ctypes.Array[ctypes.c_char]) -> str:
    return normalised(buffer.raw.decode("utf-16-le", errors="replace").rstrip("\0")).strip()


def _value(document: Any, key: str) -> str:  # noqa: ANN401
    try:
        value = document.get_metadata_value(key)
    except pypdfium2.PdfiumError:
        return ""
    return " ".join(normalised(value).split())[:_LONGEST_VALUE]


def _is_said(value: str) -> bool:
    return value.casefold().strip("()") not in _NO_VALUES  # ReportLab puts brackets around them


def _as_iso(date: re.Match[str]) -> str:
    year, month, day, hour, minute, second, zulu, hours, minutes = date.groups()
    text = f"{year}-{month or '01'}-{day or '01'}"
    if hour is None:
        return text
    zone = "Z" if zulu else f"{hours}:{minutes or '00'}" if hours else ""
    return f"{text}T{hour}:{minute or '00'}:{second or '00'}{zone}"
