"""All use cases over whatever the tests run on: the single place that chooses it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from netgpt_docs_service.chunking.interface import Chunker
from netgpt_docs_service.domain.documents import Pipeline
from netgpt_docs_service.domain.models import ServedModel
from netgpt_docs_service.embedding.interface import Embedder
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.interface import StoreMaintenance
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.store.point_store import PointStore
from netgpt_docs_service.usecases.assembly import Ports, assemble
from netgpt_docs_service.usecases.health import CheckHealth
from netgpt_docs_service.usecases.services import Services
from tests.support.fakes import HashEmbedder, WordChunker
from tests.support.plain_extractor import PlainExtractor
from tests.support.plain_fetcher import PlainFetcher
from tests.support.shared_engine import SharedEngine

MODEL = ServedModel(name="tests/hash", nickname="words", loaded_at=datetime(2026, 5, 1, tzinfo=UTC))


@asynccontextmanager
async def open_test_services(
    settings: Settings, *, engine: SharedEngine
) -> AsyncIterator[Services]:
    """Open the use cases as wiring does, over a store that holds nothing yet."""
    await engine.empty()
    yield services_over(engine.process, settings)


def services_over(engine: PointEngine, settings: Settings) -> Services:
    ports = ports_over(engine, chunker=WordChunker(), embedder=HashEmbedder())
    return assemble(
        ports, ingest_deadline_s=settings.ingest_deadline_s, health=healthy(ports.maintenance)
    )


def ports_over(engine: PointEngine, *, chunker: Chunker, embedder: Embedder) -> Ports:
    """Return the ports of one process, in real time."""
    return Ports(
        store=roomy_store(engine),
        maintenance=PointMaintenance(engine),
        chunker=chunker,
        embedder=embedder,
        model=MODEL,
        pipeline=Pipeline("text", chunker.fingerprint, "hash"),
        now=lambda: datetime.now(UTC),
        now_us=lambda: time.time_ns() // 1000,
        extractor=PlainExtractor(),
        fetcher=PlainFetcher(),
    )


def roomy_store(engine: PointEngine) -> PointStore:
    """Return a store that nobody else writes to, on a disk with room to spare."""
    return PointStore(engine, is_sole_writer=True)


def healthy(maintenance: StoreMaintenance) -> CheckHealth:
    """Return a check of a machine with room to spare."""
    return CheckHealth(
        store=maintenance,
        model_name="hash",
        is_embedding=lambda: True,
        backlog_s=lambda: 0.0,
        free_disk_bytes=_plenty,
        min_free_disk_bytes=0,
    )


def _plenty() -> int:
    return 2**40
