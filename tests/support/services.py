"""All use cases over whatever the tests run on: the single place that chooses it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from netgpt_docs_service.domain.documents import Pipeline
from netgpt_docs_service.settings import Settings
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
from tests.support.fakes import HashEmbedder, WordChunker
from tests.support.memory_store import MemoryStore


@asynccontextmanager
async def open_test_services(settings: Settings) -> AsyncIterator[Services]:
    """Open the use cases as wiring does, over a store that lives as long as the context."""
    store, chunker, embedder = MemoryStore(), WordChunker(), HashEmbedder()
    writer = GenerationWriter(store, embedder)
    clock, turns = SequenceClock(lambda: time.time_ns() // 1000), DocumentTurns()
    ingest = IngestDocument(
        store=store,
        chunker=chunker,
        writer=writer,
        pipeline=Pipeline("text", chunker.fingerprint, "hash"),
        clock=clock,
        turns=turns,
        now=_now,
        deadline_s=settings.ingest_deadline_s,
    )
    delete = DeleteDocument(store=store, clock=clock, now=_now)
    yield Services(
        ingest=ingest,
        ingest_many=IngestDocuments(ingest),
        preview=PreviewChunks(chunker),
        change_fields=ChangeFields(store=store, writer=writer, clock=clock, turns=turns, now=_now),
        delete=delete,
        delete_matching=DeleteMatching(delete),
        read=ReadDocuments(store, _now),
        search=SearchDocuments(store, embedder, _now),
        sweep=SweepStore(store=store, maintenance=store, now=_now, max_write_age=timedelta(days=7)),
        health=CheckHealth(
            store=store,
            model_name="hash",
            free_disk_bytes=lambda: 2**40,
            min_free_disk_bytes=settings.min_free_disk_mb * 2**20,
        ),
    )


def _now() -> datetime:
    return datetime.now(UTC)
