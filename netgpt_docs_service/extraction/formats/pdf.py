"""PDF: the text of its pages by PDFium, by xberg where PDFium cannot open the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from types import MappingProxyType
from typing import Any, Final

import pypdfium2

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Heading, Layout
from netgpt_docs_service.errors import DamagedFile, EncryptedFile, NoExtractableText
from netgpt_docs_service.extraction.formats import xberg_fields
from netgpt_docs_service.extraction.formats.ocr import obstacle, recognised_pages
from netgpt_docs_service.extraction.formats.pdf_fields import (
    bookmarks_of,
    language_of,
    metadata_of,
    notes_on,
    title_of,
)
from netgpt_docs_service.extraction.formats.pdf_headings import (
    PlacedLine,
    large_headings,
    outlined_headings,
)
from netgpt_docs_service.extraction.formats.pdf_running import without_running_lines
from netgpt_docs_service.extraction.formats.pdfium_lines import Line, PageLines, read_lines
from netgpt_docs_service.extraction.formats.xberg_door import extracted
from netgpt_docs_service.extraction.formats.xberg_markdown import joined_marked, marked
from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.pages import (
    check_page_count,
    check_text_size,
    joined,
    page_list,
)
from netgpt_docs_service.extraction.reader import FileBytes, Reader, ReadLimits

PDF: Final = "application/pdf"
_END_MARK = b"%%EOF"
_TAIL_BYTES = 2_048  # some writers put a little after the end mark; PDF readers look so far too
_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD
_UNKNOWN_SECURITY = 5  # FPDF_ERR_SECURITY


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Pages, from 1, whose text is not in the text, by the reason."""

    blank: tuple[int, ...] = ()
    garbled: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(sorted((*self.blank, *self.garbled, *self.broken)))

    def warnings(self) -> tuple[str, ...]:
        reasons = (
            (self.blank, "no text: empty, or scanned pictures"),
            (self.garbled, "letters whose meaning the file does not tell"),
            (self.broken, "damage"),
        )
        return tuple(f"{_pages(pages)}: {reason}" for pages, reason in reasons if pages)


def read_pdf(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return the text of a PDF: its pages, form fields and remarks, headings as far as it tells.

    Headings are its outline's, or else lines in larger letters. Words that a line's end broke are
    put together; lines that run over the pages are left out. Raises NoExtractableText for a scan,
    unless it may be recognised.
    """
    try:
        document = pypdfium2.PdfDocument(file.content)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (_WRONG_PASSWORD, _UNKNOWN_SECURITY):
            message = "the PDF asks for a password"
            raise EncryptedFile(message) from error
        return _rescued(file, limits, reason=_reason(error))
    with document:
        return _read(document, file, limits)


PDF_READERS: Final[Mapping[str, Reader]] = MappingProxyType({PDF: read_pdf})


def _read(document: Any, file: FileBytes, limits: ReadLimits) -> Extracted:  # noqa: ANN401
    check_page_count(len(document), limits)
    pages, unreadable = _pages_of(document, limits)
    recognised: dict[int, str] = {}
    if unreadable.pages and obstacle(limits) is None:
        recognised = recognised_pages(file, limits, numbers=unreadable.pages)
        pages = [
            _as_lines(recognised[number]) if number in recognised else page
            for number, page in enumerate(pages, 1)
        ]
    pages = without_running_lines(pages)
    text, starts = joined([page.text for page in pages])
    check_text_size(len(text.encode()), limits)
    if not text:
        raise _nothing(unreadable, limits)
    headings = _headings(document, pages, starts)
    title = title_of(document, file) or (headings[0].title if headings else None)
    return Extracted(
        text=text,
        media_type=PDF,
        layout=Layout(page_starts=starts, headings=headings),
        title=title,
        language=language_of(document),
        metadata=metadata_of(document),
        warnings=(*_warnings(unreadable, recognised), *_attached(document)),
    )


def _attached(document: Any) -> tuple[str, ...]:  # noqa: ANN401
    count: int = document.count_attachments()
    return (f"{count} attached to the PDF: not read",) if count > 0 else ()


def _pages_of(document: Any, limits: ReadLimits) -> tuple[list[PageLines], _Unreadable]:  # noqa: ANN401
    pages: list[PageLines] = []
    blank, garbled, broken, size_bytes = [], [], [], 0
    for number in range(1, len(document) + 1):
        try:
            page = _page(document, number - 1, limits)
        except pypdfium2.PdfiumError:
            page = PageLines()
            broken.append(number)
        else:
            if page.is_garbled:
                garbled.append(number)
            elif not page.text.strip():
                blank.append(number)
        pages.append(page)
        size_bytes += len(page.text.encode())
        check_text_size(size_bytes, limits)
    return pages, _Unreadable(tuple(blank), tuple(garbled), tuple(broken))


def _page(document: Any, index: int, limits: ReadLimits) -> PageLines:  # noqa: ANN401
    page = document[index]
    try:
        read = read_lines(page, limits)
        notes = notes_on(page)
    finally:
        page.close()
    return replace(read, lines=(*read.lines, *map(Line, notes))) if notes else read


def _headings(
    document: Any,  # noqa: ANN401
    pages: list[PageLines],
    starts: tuple[int, ...],
) -> tuple[Heading, ...]:
    lines = [placed for index in range(len(pages)) for placed in _placed(pages, starts, index)]
    bookmarks = bookmarks_of(document)
    return (outlined_headings(lines, bookmarks) if bookmarks else ()) or large_headings(lines)


def _placed(pages: list[PageLines], starts: tuple[int, ...], index: int) -> list[PlacedLine]:
    lines = pages[index].lines
    lengths = [len(line.text) + 1 for line in lines]
    skipped = len(pages[index].text) - len(pages[index].text.lstrip("\n"))
    offsets = accumulate(lengths[:-1], initial=starts[index] - skipped)
    return [
        PlacedLine(line, index, offset)
        for line, offset in zip(lines, offsets, strict=bool(lines))
        if line.text.strip()
    ]


def _rescued(file: FileBytes, limits: ReadLimits, *, reason: str) -> Extracted:
    """Read with xberg a file that PDFium gives up, if xberg finds every page of it."""
    if _END_MARK not in file.content[-_TAIL_BYTES:]:
        message = f"the PDF is cut off or no PDF: it has no end mark ({reason})"
        raise DamagedFile(message)
    document = extracted(file, limits)
    found = [marked(page.content) for page in document.pages or ()]
    check_page_count(len(found), limits)
    missing = [number for number, page in enumerate(found, 1) if not page.text.strip()]
    if missing or not found:
        lost = f"{_pages(missing)} cannot be read" if found else "it has no pages"
        message = f"the PDF is damaged ({reason}): {lost}"
        raise DamagedFile(message)
    text, starts, headings = joined_marked(found)
    check_text_size(len(text.encode()), limits)
    return Extracted(
        text=text,
        media_type=PDF,
        text_type="text/markdown",
        layout=Layout(page_starts=starts, headings=headings),
        title=xberg_fields.title_of(document),
        language=xberg_fields.language_of(document),
        metadata=xberg_fields.metadata_of(document),
        warnings=(f"the PDF is damaged ({reason}); its pages were put together again",),
    )


def _as_lines(text: str) -> PageLines:
    return PageLines(tuple(Line(line.rstrip()) for line in normalised(text).split("\n")))


def _warnings(unreadable: _Unreadable, recognised: Mapping[int, str]) -> tuple[str, ...]:
    if not recognised:
        return unreadable.warnings()
    left = _Unreadable(
        *(
            tuple(number for number in numbers if number not in recognised)
            for numbers in (unreadable.blank, unreadable.garbled, unreadable.broken)
        )
    )
    return (*left.warnings(), f"{_pages(sorted(recognised))}: read from pictures, may be wrong")


def _nothing(unreadable: _Unreadable, limits: ReadLimits) -> DamagedFile | NoExtractableText:
    count = len(unreadable.pages)
    about = f"{count} {'page' if count == 1 else 'pages'}, 0 characters on each"
    if unreadable.garbled:
        return NoExtractableText(f"{about}; {'; '.join(unreadable.warnings())}")
    if unreadable.broken and len(unreadable.broken) == count:
        return DamagedFile(f"the PDF is damaged: {about}; all of them are damaged")
    advice = obstacle(limits)
    if advice is None:
        return NoExtractableText(f"{about}, and none were recognised in its pictures")
    return NoExtractableText(f"{about}; it seems to be scanned pictures: {advice}")


def _pages(numbers: list[int] | tuple[int, ...]) -> str:
    return f"{'page' if len(numbers) == 1 else 'pages'} {page_list(numbers)}"


def _reason(error: pypdfium2.PdfiumError) -> str:
    """Return PDFium's own reason, out of `Failed to load document (PDFium: ... error).`."""
    return str(error).rpartition("PDFium: ")[2].rstrip(").") or "unknown error"
