"""Office documents, books and letters: what xberg makes of them is Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import xberg

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Heading, Layout
from netgpt_docs_service.errors import EncryptedFile, NoExtractableText
from netgpt_docs_service.extraction import media_types as types
from netgpt_docs_service.extraction.formats.latex_letters import with_letters
from netgpt_docs_service.extraction.formats.office_pages import (
    broken_pages,
    ruled_slides,
    sheets,
    slides,
)
from netgpt_docs_service.extraction.formats.xberg_door import extracted
from netgpt_docs_service.extraction.formats.xberg_fields import (
    language_of,
    metadata_of,
    title_of,
    warnings_of,
)
from netgpt_docs_service.extraction.formats.xberg_markdown import (
    Marked,
    joined_marked,
    marked,
)
from netgpt_docs_service.extraction.formats.zip_parts import check_well_formed, part_of
from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.pages import check_page_count, check_text_size
from netgpt_docs_service.extraction.reader import FileBytes, Reader, ReadLimits

_LATEX = "application/x-latex"  # as xberg calls it
_SECTOR = 512  # bytes; where the streams of an OLE2 file begin
_WORD_97 = b"\xec\xa5\xc1\x00"  # the first bytes of a text of Word 97 or newer
_WORD_FLAGS, _WORD_IS_ENCRYPTED = 11, 0x01
_CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
_PAGE_BREAK = re.compile(rb"(?<!\\)((?:\\\\)*)\\page(?![a-z])")
_LOWEST_TITLE = 3
_ENCRYPTED = "the document asks for a password"
_LATEX_BEGIN, _LATEX_END = "\\begin{document}", "\\end{document}"
_OLD_LATEX = "cp1252"  # before UTF-8 became LaTeX's default, in 2018

_Pages = Callable[[xberg.ExtractedDocument, FileBytes], list[Marked]]


def read_packed_office(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return a Word, PowerPoint, Excel or OpenDocument file as Markdown.

    Slides and sheets are its pages; a text document has pages only where it breaks them itself.
    Headers and footers are left out; remarks and footnotes come last. A formula counts as the value
    that was stored with it.
    """
    if b"encryption-data" in part_of(file, _MANIFEST):
        raise EncryptedFile(_ENCRYPTED)
    if (
        file.media_type == types.ODS
    ):  # one whose XML is broken keeps xberg (calamine 0.36) busy for ever
        check_well_formed(file, _CONTENT)
    return _read(file, limits)


def read_legacy_office(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return a file of Word, PowerPoint or Excel from before 2007."""
    if _is_encrypted_word(file.content):
        raise EncryptedFile(_ENCRYPTED)
    return _read(file, limits)


def read_letter(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return a letter that Outlook saved, without what is attached to it."""
    read = _read(file, limits)
    return replace(read, title=read.title or read.metadata.get("subject"))


def read_book(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return an EPUB's chapters in the order of reading."""
    return _read(file, limits)


def read_rtf(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return a text in the Rich Text Format."""
    # xberg glues the words on both sides of a page break that ends no paragraph.
    content = _PAGE_BREAK.sub(rb"\1\\par\\page ", file.content)
    return _read(replace(file, content=content), limits)


def read_latex(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return a LaTeX source as Markdown, formulas as they are written, each line a paragraph."""
    source = with_letters(_latex_source(file.content))
    if _LATEX_BEGIN not in source:  # a part that another file inputs: xberg would find nothing
        source = f"{_LATEX_BEGIN}\n{source}\n{_LATEX_END}"
    read = _read(replace(file, content=source.encode(), media_type=_LATEX), limits)
    return replace(read, media_type=file.media_type)


_PAGES: Final[Mapping[str, _Pages]] = MappingProxyType(
    {
        types.DOCX: broken_pages,
        types.PPTX: slides,
        types.XLSX: sheets,
        types.ODS: sheets,
        types.ODP: ruled_slides,
        types.XLS: sheets,
        types.PPT: slides,
    }
)
OFFICE_READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    dict.fromkeys(
        (types.DOCX, types.PPTX, types.XLSX, types.ODT, types.ODS, types.ODP), read_packed_office
    )
    | dict.fromkeys((types.DOC, types.XLS, types.PPT), read_legacy_office)
    | {
        types.RTF: read_rtf,
        types.LATEX: read_latex,
        types.EPUB: read_book,
        types.MSG: read_letter,
    }
)


def _read(file: FileBytes, limits: ReadLimits) -> Extracted:
    document = extracted(file, limits)
    find_pages = _PAGES.get(file.media_type)
    pages = find_pages(document, file) if find_pages else []
    check_page_count(len(pages), limits, noun="pages, slides or sheets")
    text, starts, headings = joined_marked(pages or [marked(document.content)])
    check_text_size(len(text.encode()), limits)
    if not text:
        message = "the file holds no text"
        raise NoExtractableText(message)
    return Extracted(
        text=text,
        media_type=file.media_type,
        text_type="text/markdown",
        layout=Layout(page_starts=starts if pages else (), headings=headings),
        title=title_of(document) or (None if find_pages is sheets else _heading_on_top(headings)),
        language=language_of(document),
        metadata=metadata_of(document),
        warnings=warnings_of(document),
    )


def _heading_on_top(headings: Sequence[Heading]) -> str | None:
    """Return the heading that a text begins with."""
    first = headings[0] if headings else None
    return first.title if first and first.start == 0 and first.level <= _LOWEST_TITLE else None


def _latex_source(content: bytes) -> str:
    """Return the source in the encoding it is in, of which LaTeX has had two."""
    try:
        return normalised(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return normalised(content.decode(_OLD_LATEX, errors="replace"))


def _is_encrypted_word(content: bytes) -> bool:
    """Say whether Word has encrypted the text: xberg would read the cipher."""
    start = content.find(_WORD_97, _SECTOR)
    while start >= 0 and start % _SECTOR:
        start = content.find(_WORD_97, start + 1)
    flags = content[start + _WORD_FLAGS : start + _WORD_FLAGS + 1]
    return start >= 0 and bool(flags) and bool(flags[0] & _WORD_IS_ENCRYPTED)
