"""The processes that read files, where what they need is installed."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.extraction.fingerprint import reading_fingerprint
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.sandbox.observer import ExtractionObserver, SilentObserver
from netgpt_docs_service.extraction.sandbox.plan import ProcessLimits, SandboxPlan
from netgpt_docs_service.extraction.sandbox.process_starter import ProcessStarter
from netgpt_docs_service.extraction.sandbox.sandboxed_extractor import SandboxedExtractor
from netgpt_docs_service.observability.cpus import usable_cpus
from netgpt_docs_service.settings import Settings, library_folders

_LOG = logging.getLogger(__name__)
_READER = "netgpt_docs_service.extraction.reading:read_file"
_LIBRARIES = ("xberg", "pypdfium2", "trafilatura", "charset_normalizer")
_MIB = 2**20
_FEW_CPUS = 2


@asynccontextmanager
async def opened_extractor(
    settings: Settings, observer: ExtractionObserver
) -> AsyncIterator[SandboxedExtractor | None]:
    """Hand out what reads files; None where the extra `files` is not installed.

    Its first process starts with the first file; `warm()` starts one before.
    """
    missing = _missing()
    if missing is not None:
        _LOG.info("no files are read: %s", missing)
        yield None
        return
    extractor = _extractor(settings, observer)
    try:
        yield extractor
    finally:
        await extractor.close()


async def describe_extraction(settings: Settings) -> str:
    """Start a process that reads files, and say how far it is confined.

    Raises ExtractionUnavailable when it does not start.
    """
    async with opened_extractor(settings, SilentObserver()) as extractor:
        if extractor is None:
            return f"none are read: {_missing()}"
        await extractor.warm()
        return f"read in processes of their own; {extractor.isolation}"


def _missing() -> str | None:
    if sys.platform != "linux":
        return "the processes that read them need Linux"
    absent = [name for name in _LIBRARIES if find_spec(name) is None]
    return f"install the extra `files` ({', '.join(absent)} not found)" if absent else None


def _extractor(settings: Settings, observer: ExtractionObserver) -> SandboxedExtractor:
    limits = ProcessLimits(
        timeout_s=settings.extraction_timeout_s,
        cpu_s=settings.extraction_timeout_s,
        memory_bytes=settings.extraction_memory_mb * _MIB,
    )
    read_limits = _read_limits(settings)
    tessdata = () if read_limits.tessdata_dir is None else (str(read_limits.tessdata_dir),)
    plan = SandboxPlan(reader=_READER, read_limits=read_limits, limits=limits, readable=tessdata)
    return SandboxedExtractor(
        ProcessStarter(plan, environment=library_folders()),
        fingerprint=reading_fingerprint(ocr_languages=read_limits.ocr_languages),
        processes=settings.extraction_processes or (1 if usable_cpus() <= _FEW_CPUS else 2),
        files_per_process=settings.extraction_files_per_process,
        observer=observer,
    )


def _read_limits(settings: Settings) -> ReadLimits:
    folder = settings.tessdata_dir
    languages = tuple(each for each in settings.ocr_languages.split("+") if each)
    for each in languages:
        if folder is None or not (folder / f"{each}.traineddata").is_file():
            message = f"OCR_LANGUAGES names {each}, and TESSDATA_DIR has no {each}.traineddata"
            raise ConfigurationError(message)
    return ReadLimits(
        pages=settings.max_file_pages,
        text_bytes=settings.max_text_bytes,
        ocr_languages=languages,
        tessdata_dir=None if folder is None else folder.absolute(),
    )
