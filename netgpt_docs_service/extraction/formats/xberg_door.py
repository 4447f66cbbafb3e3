"""The one door to xberg: how it is called, and what its errors mean.

Every call gets bytes, never an address; nothing is cached, nothing downloaded.
"""

from __future__ import annotations

import asyncio
import re

import xberg

from netgpt_docs_service.errors import (
    DamagedFile,
    EncryptedFile,
    FileRefused,
    LimitExceeded,
    NoExtractableText,
    UnsafeFile,
)
from netgpt_docs_service.extraction.formats.xberg_markdown import marked
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits

_LONGEST_REASON = 200
_PANIC = "RustPanic"  # an assertion of xberg that failed; the class cannot be imported
_FEWEST_BYTES_OF_A_CELL = 3  # `|  |`: two blanks and a bar
_KIND = re.compile(r"^(?:[A-Z]\w+ (?:error|violation): )+")
_ADVICE = re.compile(r"[.,;] (?:but `|If this|set |raise ).*")
_MEANINGS: tuple[tuple[tuple[str, ...], type[FileRefused | LimitExceeded]], ...] = (
    (("could not be read", "failed to read"), DamagedFile),
    (("encrypt", "password"), EncryptedFile),
    (("table cell limit",), LimitExceeded),
    (("no text content",), NoExtractableText),
    (("security", "bomb", "limit exceeded", "timed out", "timeout"), UnsafeFile),
)


def extracted(
    file: FileBytes,
    limits: ReadLimits,
    *,
    ocr: xberg.OcrConfig | None = None,
    ocr_pages: list[int] | None = None,
) -> xberg.ExtractedDocument:
    """Return what xberg reads in `file`; raise the error of ours that its own stands for."""
    source = xberg.ExtractInput(kind="bytes", bytes=file.content, mime_type=file.media_type)
    config = xberg.ExtractionConfig(
        use_cache=False,
        disable_ocr=ocr is None,
        ocr=ocr,
        force_ocr_pages=ocr_pages,
        enable_quality_processing=False,
        escape_markdown=True,  # so that a `#` of the writer's own is told from a heading's
        output_format="markdown",
        pages=xberg.PageConfig(extract_pages=True),
        content_filter=_all_text(),
        security_limits=_security(limits),
        max_archive_depth=0,  # what lies inside of a file as a file of its own is not its text
    )
    try:
        result = asyncio.run(_extract(source, config))
    except RuntimeError as error:
        raise _meant(str(error), limits) from error
    except Exception as error:
        if type(error).__name__ != _PANIC:
            raise
        message = "the file is damaged: its reader gave it up"
        raise DamagedFile(message) from error
    if not result.results:
        reason = result.errors[0].message if result.errors else "nothing was read"
        raise _meant(reason, limits)
    return result.results[0]


def page_texts(document: xberg.ExtractedDocument) -> dict[int, str]:
    """Return the text of each page, words as they are, by its number from 1."""
    return {page.page_number: marked(page.content).text for page in document.pages or ()}


def _all_text() -> xberg.ContentFilterConfig:
    """Footnotes belong to the text; what repeats itself is the writer's choice, not noise."""
    return xberg.ContentFilterConfig(include_footnotes=True, strip_repeating_text=False)


def _security(limits: ReadLimits) -> xberg.SecurityLimits:
    return xberg.SecurityLimits(
        max_archive_size=limits.unpacked_bytes,
        max_compression_ratio=limits.unpacked_ratio,
        max_files_in_archive=limits.entries,
        max_content_size=limits.unpacked_bytes,
        max_table_cells=_most_cells(limits),
    )


async def _extract(
    source: xberg.ExtractInput, config: xberg.ExtractionConfig
) -> xberg.ExtractionResult:
    return await xberg.extract(source, config)


def _meant(text: str, limits: ReadLimits) -> FileRefused | LimitExceeded:
    first_line = _KIND.sub("", text).partition("\n")[0]  # the next ones quote the file
    reason = _ADVICE.sub("", first_line).strip()[:_LONGEST_REASON]
    lower = text.lower()
    kind = next((error for words, error in _MEANINGS if any(word in lower for word in words)), None)
    if kind is LimitExceeded:
        return LimitExceeded(f"{reason}; at most {_most_cells(limits)} are read")
    if kind is None or kind is DamagedFile:
        return DamagedFile(f"the file is damaged: {reason}")
    return kind(reason)


def _most_cells(limits: ReadLimits) -> int:
    """Return how many cells fit into the longest text that is taken."""
    return limits.text_bytes // _FEWEST_BYTES_OF_A_CELL
