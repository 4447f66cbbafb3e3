"""Reading pictures: only where an operator named languages and the folder of their data."""

from __future__ import annotations

from collections.abc import Collection

import xberg

from netgpt_docs_service.errors import NoExtractableText
from netgpt_docs_service.extraction.formats.xberg_door import extracted, page_texts
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits


def is_configured(limits: ReadLimits) -> bool:
    """Whether pictures are to be read."""
    return bool(limits.ocr_languages) and limits.tessdata_dir is not None


def recognised_pages(
    file: FileBytes, limits: ReadLimits, *, numbers: Collection[int]
) -> dict[int, str]:
    """Return what Tesseract reads on the pages of these `numbers`, without those it finds bare."""
    _check_data(limits)
    ocr = xberg.OcrConfig(
        backend="tesseract",
        language=list(limits.ocr_languages),
        tessdata_path=str(limits.tessdata_dir),
    )
    document = extracted(file, limits, ocr=ocr, ocr_pages=sorted(numbers))
    texts = page_texts(document)
    return {number: texts[number] for number in numbers if texts.get(number, "").strip()}


def _check_data(limits: ReadLimits) -> None:
    """Refuse before xberg looks for the data of a language on the internet."""
    folder = limits.tessdata_dir
    missing = [
        language
        for language in limits.ocr_languages
        if folder is None or not (folder / f"{language}.traineddata").is_file()
    ]
    if missing:
        message = f"pictures cannot be read: {folder} has no data for {', '.join(missing)}"
        raise NoExtractableText(message)
