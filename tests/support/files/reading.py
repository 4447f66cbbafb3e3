"""Files as a reader gets them."""

from __future__ import annotations

from typing import Final

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Layout
from netgpt_docs_service.extraction import media_types as types
from netgpt_docs_service.extraction.formats.office import OFFICE_READERS
from netgpt_docs_service.extraction.formats.pdf import PDF_READERS
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits

MEDIA_TYPES: Final = {
    "docx": types.DOCX,
    "pptx": types.PPTX,
    "xlsx": types.XLSX,
    "odt": types.ODT,
    "ods": types.ODS,
    "odp": types.ODP,
    "rtf": types.RTF,
    "epub": types.EPUB,
    "msg": types.MSG,
    "tex": types.LATEX,
    "doc": types.DOC,
    "xls": types.XLS,
    "ppt": types.PPT,
    "pdf": types.PDF,
}
_READERS = {**PDF_READERS, **OFFICE_READERS}


def read(
    content: bytes, kind: str, *, name: str = "file", limits: ReadLimits | None = None
) -> Extracted:
    """Read `content` as a file of this kind, which is a key of MEDIA_TYPES."""
    media_type = MEDIA_TYPES[kind]
    file = FileBytes(content=content, name=f"{name}.{kind}", media_type=media_type)
    return _READERS[media_type](file, limits or ReadLimits())


def page_texts(extracted: Extracted) -> list[str]:
    """Cut the text at its page starts."""
    starts = extracted.layout.page_starts
    ends = (*starts[1:], len(extracted.text))
    return [extracted.text[a:b].strip() for a, b in zip(starts, ends, strict=True)]


def is_sound(layout: Layout, text: str) -> bool:
    """Whether pages ascend within the text from 0, and headings lie apart and as written."""
    starts = layout.page_starts
    headings = layout.headings or ()
    edges = [edge for heading in headings for edge in (heading.start, heading.end)]
    return (
        list(starts) == sorted(starts)
        and (not starts or (starts[0] == 0 and starts[-1] <= len(text)))
        and edges == sorted(edges)
        and all(" ".join(text[h.start : h.end].split()).lstrip("# ") == h.title for h in headings)
    )
