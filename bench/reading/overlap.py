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
from netgpt_docs_service.domain.documents import Document, DocumentFields
from netgpt_docs_service.domain.files import SourceFile
from netgpt_docs_service.errors import ServiceError
from netgpt_docs_service.extraction.interface import Extractor
from netgpt_docs_service.extraction.sandbox.observer import SilentObserver
from netgpt_docs_service.settings import load_settings
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.usecases.assembly import assemble
from netgpt_docs_service.usecases.ingest_files import FileUpload
from netgpt_docs_service.usecases.read_file import FileReading
from netgpt_docs_service.wiring.extraction import opened_extractor
from tests.support.fakes import WordChunker
from tests.support.quick_service import WideEmbedder
from tests.support.services import healthy, ports_over

_PAGES = 1_000
_LINES = 1
"""Little text on many pages: reading takes long enough to be waited for."""
_WORDS = 500
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


@dataclass(frozen=True, slots=True)
class _Halves:
    """How long each half takes alone, in seconds, and both together."""

    reading_s: float
    storing_s: float
    together_s: float

    @property
    def ratio(self) -> float:
        return self.together_s / max(self.reading_s, self.storing_s)


async def overlap_ratio(*, files: int) -> float:
    """Return the time of `files` PDFs over that of the longer half: reading, or all that follows.

    The engine waits so long that both take the same: two would mean one after the other.
    """
    papers = [_file(number) for number in range(files)]
    async with opened_extractor(load_settings(), SilentObserver()) as extractor:
        assert extractor is not None, "install the extra `files`"
        await extractor.warm()
        began = time.perf_counter()
        documents = [await _read(extractor, each) for each in papers]
        reading_s = time.perf_counter() - began
        passages = sum(len(each.text.split()) / _WORDS for each in documents)
        at_once_s = await _stored(extractor, 0.0, documents)
        wait_s = max(0.0, reading_s - at_once_s) / passages
        storing_s = await _stored(extractor, wait_s, documents)
        together_s = await _stored(extractor, wait_s, papers)
    halves = _Halves(reading_s, storing_s, together_s)
    print(halves)
    return halves.ratio


async def _read(extractor: Extractor, file: SourceFile) -> Document:
    return await FileReading(extractor).document(file, DocumentFields())


async def _stored(
    extractor: Extractor, passage_s: float, what: Sequence[Document] | Sequence[SourceFile]
) -> float:
    """Return the seconds until all documents, or all files, are stored in an empty store."""
    embedder = _WaitingEmbedder(passage_s=passage_s)
    with tempfile.TemporaryDirectory() as folder:
        async with opened_collection(Path(folder), embedder.dimension, description={}) as engine:
            ports = ports_over(engine, chunker=WordChunker(_WORDS), embedder=embedder)
            services = assemble(
                replace(ports, extractor=extractor),
                ingest_deadline_s=600.0,
                health=healthy(PointMaintenance(engine)),
            )
            documents = [each for each in what if isinstance(each, Document)]
            files = [
                FileUpload(file=each, fields=DocumentFields())
                for each in what
                if isinstance(each, SourceFile)
            ]
            began = time.perf_counter()
            receipts = await services.ingest_many.ingest(_TENANT, documents)
            stored = await services.ingest_files.ingest(_TENANT, files)
            took_s = time.perf_counter() - began
    for each in (*receipts, *stored):
        assert not isinstance(each, ServiceError), each
    return took_s


def _file(number: int) -> SourceFile:
    content = paper(_PAGES, seed=number, lines=_LINES)
    file = tempfile.TemporaryFile()  # noqa: SIM115  read for as long as the bench runs
    file.write(content)
    return SourceFile(
        content=file,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        name=f"paper-{number}.pdf",
        declared_type="application/pdf",
    )
