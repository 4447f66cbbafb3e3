"""Reading pictures: only where an operator named languages and the folder of their data."""

from __future__ import annotations

from collections.abc import Collection

import xberg

from netgpt_docs_service.extraction.formats.xberg_door import extracted, page_texts
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits


def obstacle(limits: ReadLimits) -> str | None:
    """Return what is to be done before pictures can be read, None when nothing is.

    Whatever is not in the folder, xberg would look for on the internet.
    """
    folder = limits.tessdata_dir
    if not limits.ocr_languages or folder is None:
        return "set OCR_LANGUAGES and TESSDATA_DIR to have them recognised"
    missing = [
        language
        for language in limits.ocr_languages
        if not (folder / f"{language}.traineddata").is_file()
    ]
    return f"the data to recognise {', '.join(missing)} is not there" if missing else None


def recognised_pages(
    file: FileBytes, limits: ReadLimits, *, numbers: Collection[int]
) -> dict[int, str]:
    """Return what Tesseract reads on the pages of these `numbers`, without those it finds bare."""
    document = extracted(file, limits, ocr=tesseract(limits), ocr_pages=sorted(numbers))
    texts = page_texts(document)
    return {number: texts[number] for number in numbers if texts.get(number, "").strip()}


def tesseract(limits: ReadLimits) -> xberg.OcrConfig:
    """Name Tesseract as the only engine.

    Without a list of stages xberg downloads the models of another engine when it doubts a page,
    and Tesseract's own cache keeps what it read in the home directory.
    """
    languages = list(limits.ocr_languages)
    engine = xberg.TesseractConfig(language=languages, use_cache=False)
    stage = xberg.OcrPipelineStage(backend="tesseract", language=languages, tesseract_config=engine)
    return xberg.OcrConfig(
        backend="tesseract",
        language=languages,
        tesseract_config=engine,
        tessdata_path=str(limits.tessdata_dir),
        pipeline=xberg.OcrPipelineConfig(
            stages=[stage], quality_thresholds=xberg.OcrQualityThresholds()
        ),
    )
