"""What gets files and what reads them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from netgpt_docs_service.errors import ExtractionUnavailable
from netgpt_docs_service.extraction.interface import Extractor
from netgpt_docs_service.extraction.sandbox.sandboxed_extractor import SandboxedExtractor
from netgpt_docs_service.fetching.interface import Fetcher
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.wiring.extraction import opened_extractor
from netgpt_docs_service.wiring.fetching import make_fetcher

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class FilePorts:
    """What reads files, None where the extra `files` is not installed, and what fetches them."""

    extractor: Extractor | None
    fetcher: Fetcher


@asynccontextmanager
async def opened_file_ports(settings: Settings, metrics: Metrics) -> AsyncIterator[FilePorts]:
    """Hand out both; the first process that reads files starts meanwhile."""
    file_bytes = settings.max_file_size_mb * _MIB
    fetcher = make_fetcher(settings, file_bytes=file_bytes, metrics=metrics)
    async with opened_extractor(settings, metrics) as extractor:
        if extractor is None:
            yield FilePorts(None, fetcher)
            return
        warming = asyncio.create_task(_warmed(extractor))
        try:
            yield FilePorts(extractor, fetcher)
        finally:
            warming.cancel()
            with suppress(asyncio.CancelledError):
                await warming


async def _warmed(extractor: SandboxedExtractor) -> None:
    with suppress(ExtractionUnavailable):  # it is logged, and the first file tries again
        await extractor.warm()
