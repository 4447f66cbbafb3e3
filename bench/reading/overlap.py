"""Whether files are read while others are embedded."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.reading.papers import paper
from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.domain.documents import DocumentFields, ReceiptStatus
from netgpt_docs_service.domain.files import SourceFile
from netgpt_docs_service.extraction.interface import Extractor
from netgpt_docs_service.extraction.sandbox.observer import SilentObserver
from netgpt_docs_service.settings import load_settings
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.usecases.assembly import assemble
from netgpt_docs_service.usecases.ingest_files import FileUpload, StoredFile
from netgpt_docs_service.wiring.extraction import opened_extractor
from tests.support.fakes import WordChunker
from tests.support.quick_service import WideEmbedder
from tests.support.services import healthy, ports_over

_PAGES = 40
_WORDS = 250
_TENANT = "bench"


@dataclass(frozen=True, slots=True)
class _WaitingEmbedder(WideEmbedder):
    """An engine that computes nothing and takes its time for each passage, one after the other."""

    passage_s: float = 0.0
    engine: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def embed_passages(self, passages: Sequence[Sequence[int]]) -> list[Vector]:
        async with self.engine:
            await asyncio.sleep(self.passage_s * len(passages))
        return [self.vector(str(passage[0])) for passage in passages]


async def overlap_ratio(*, files: int) -> float:
    """Return the time of `files` PDFs, read and embedded, over that of reading alone.

    Embedding them takes exactly as long as reading them, so two would mean one after the other.
    """
    papers = [_file(number) for number in range(files)]
    async with opened_extractor(load_settings(), SilentObserver()) as extractor:
        assert extractor is not None, "install the extra `files`"
        await extractor.warm()
        reading_s, words = await _read(extractor, papers)
        embedder = _WaitingEmbedder(passage_s=reading_s / (words / _WORDS))
        return await _ingest(extractor, embedder, papers) / reading_s


async def _read(extractor: Extractor, papers: Sequence[SourceFile]) -> tuple[float, int]:
    began = time.perf_counter()
    words = 0
    for each in papers:
        words += len((await extractor.extract(each)).text.split())
    return time.perf_counter() - began, words


async def _ingest(
    extractor: Extractor, embedder: _WaitingEmbedder, papers: Sequence[SourceFile]
) -> float:
    with tempfile.TemporaryDirectory() as folder:
        async with opened_collection(Path(folder), embedder.dimension, description={}) as engine:
            ports = ports_over(engine, chunker=WordChunker(_WORDS), embedder=embedder)
            services = assemble(
                replace(ports, extractor=extractor),
                ingest_deadline_s=600.0,
                health=healthy(PointMaintenance(engine)),
            )
            uploads = [FileUpload(file=each, fields=DocumentFields()) for each in papers]
            began = time.perf_counter()
            stored = await services.ingest_files.ingest(_TENANT, uploads)
            took_s = time.perf_counter() - began
    for each in stored:
        assert isinstance(each, StoredFile), each
        assert each.receipt.status is ReceiptStatus.CREATED
    return took_s


def _file(number: int) -> SourceFile:
    content = paper(_PAGES, seed=number)
    file = tempfile.TemporaryFile()  # noqa: SIM115  read for as long as the bench runs
    file.write(content)
    return SourceFile(
        content=file,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        name=f"paper-{number}.pdf",
        declared_type="application/pdf",
    )
