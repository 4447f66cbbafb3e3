"""Put the use cases together over the ports that the edge has opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from netgpt_docs_service.chunking.interface import Chunker
from netgpt_docs_service.domain.documents import Pipeline
from netgpt_docs_service.domain.models import ServedModel
from netgpt_docs_service.embedding.interface import Embedder
from netgpt_docs_service.extraction.interface import Extractor
from netgpt_docs_service.fetching.interface import Fetcher
from netgpt_docs_service.store.interface import DocumentStore, StoreMaintenance
from netgpt_docs_service.usecases.cutter import DocumentCutter
from netgpt_docs_service.usecases.delete import DeleteDocument, DeleteMatching
from netgpt_docs_service.usecases.embed import EmbedTexts
from netgpt_docs_service.usecases.generation import GenerationWriter
from netgpt_docs_service.usecases.health import CheckHealth
from netgpt_docs_service.usecases.ingest import IngestDocument
from netgpt_docs_service.usecases.ingest_files import IngestFiles
from netgpt_docs_service.usecases.ingest_many import IngestDocuments
from netgpt_docs_service.usecases.patch import ChangeFields
from netgpt_docs_service.usecases.preview import PreviewChunks
from netgpt_docs_service.usecases.read import ReadDocuments
from netgpt_docs_service.usecases.read_file import FileReading
from netgpt_docs_service.usecases.search import SearchDocuments
from netgpt_docs_service.usecases.sequence import SequenceClock
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.usecases.sweep import MAX_WRITE_AGE, SweepStore
from netgpt_docs_service.usecases.turns import DocumentTurns


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the edge has opened for the use cases of one process, and how they tell the time."""

    store: DocumentStore
    maintenance: StoreMaintenance
    chunker: Chunker
    embedder: Embedder
    model: ServedModel
    pipeline: Pipeline
    max_pairs: int = 20
    now: Callable[[], datetime]
    now_us: Callable[[], int]
    fetcher: Fetcher
    extractor: Extractor | None = None
    """What reads files; None where the extra `files` is not installed."""


def assemble(ports: Ports, *, ingest_deadline_s: float, health: CheckHealth) -> Services:
    """Return the use cases of one process; they share one clock and one set of turns."""
    store, now = ports.store, ports.now
    clock, turns = SequenceClock(ports.now_us), DocumentTurns()
    cutter = DocumentCutter(ports.chunker, ports.max_pairs)
    writer = GenerationWriter(store, ports.embedder)
    reading = FileReading(ports.extractor)
    ingest = IngestDocument(
        store=store,
        cutter=cutter,
        writer=writer,
        pipeline=ports.pipeline,
        clock=clock,
        turns=turns,
        now=now,
        deadline_s=ingest_deadline_s,
    )
    read = ReadDocuments(store, now)
    delete = DeleteDocument(store=store, clock=clock, turns=turns, now=now)
    return Services(
        ingest=ingest,
        ingest_many=IngestDocuments(ingest),
        ingest_files=IngestFiles(ingest, reading),
        fetcher=ports.fetcher,
        preview=PreviewChunks(cutter, reading),
        change_fields=ChangeFields(
            store=store, read=read, writer=writer, clock=clock, turns=turns, now=now
        ),
        delete=delete,
        delete_matching=DeleteMatching(delete),
        read=read,
        search=SearchDocuments(store, ports.embedder, now),
        embed=EmbedTexts(ports.embedder, ports.model),
        sweep=SweepStore(
            store=store, maintenance=ports.maintenance, now=now, max_write_age=MAX_WRITE_AGE
        ),
        health=health,
    )
