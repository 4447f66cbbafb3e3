"""Put the use cases together over the ports that the edge has opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from netgpt_docs_service.chunking.interface import Chunker
from netgpt_docs_service.domain.documents import Pipeline
from netgpt_docs_service.embedding.interface import Embedder
from netgpt_docs_service.store.interface import DocumentStore, StoreMaintenance
from netgpt_docs_service.usecases.delete import DeleteDocument, DeleteMatching
from netgpt_docs_service.usecases.generation import GenerationWriter
from netgpt_docs_service.usecases.health import CheckHealth
from netgpt_docs_service.usecases.ingest import IngestDocument
from netgpt_docs_service.usecases.ingest_many import IngestDocuments
from netgpt_docs_service.usecases.patch import ChangeFields
from netgpt_docs_service.usecases.preview import PreviewChunks
from netgpt_docs_service.usecases.read import ReadDocuments
from netgpt_docs_service.usecases.search import SearchDocuments
from netgpt_docs_service.usecases.sequence import SequenceClock
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.usecases.sweep import SweepStore
from netgpt_docs_service.usecases.turns import DocumentTurns

MAX_WRITE_AGE = timedelta(days=7)
"""A write that is older than this is dead: its chunks are removed and it can no longer win."""


def assemble(  # noqa: PLR0913  the one place where every port meets every use case
    *,
    store: DocumentStore,
    maintenance: StoreMaintenance,
    chunker: Chunker,
    embedder: Embedder,
    pipeline: Pipeline,
    now: Callable[[], datetime],
    now_us: Callable[[], int],
    ingest_deadline_s: float,
    model_name: str,
    free_disk_bytes: Callable[[], int],
    min_free_disk_bytes: int,
) -> Services:
    """Return the use cases of one process; they share one clock and one set of turns."""
    clock, turns = SequenceClock(now_us), DocumentTurns()
    writer = GenerationWriter(store, embedder)
    ingest = IngestDocument(
        store=store,
        chunker=chunker,
        writer=writer,
        pipeline=pipeline,
        clock=clock,
        turns=turns,
        now=now,
        deadline_s=ingest_deadline_s,
    )
    delete = DeleteDocument(store=store, clock=clock, now=now)
    return Services(
        ingest=ingest,
        ingest_many=IngestDocuments(ingest),
        preview=PreviewChunks(chunker),
        change_fields=ChangeFields(store=store, writer=writer, clock=clock, turns=turns, now=now),
        delete=delete,
        delete_matching=DeleteMatching(delete),
        read=ReadDocuments(store, now),
        search=SearchDocuments(store, embedder, now),
        sweep=SweepStore(
            store=store, maintenance=maintenance, now=now, max_write_age=MAX_WRITE_AGE
        ),
        health=CheckHealth(
            store=maintenance,
            model_name=model_name,
            free_disk_bytes=free_disk_bytes,
            min_free_disk_bytes=min_free_disk_bytes,
        ),
    )
