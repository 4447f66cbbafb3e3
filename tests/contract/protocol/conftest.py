from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from netgpt_docs_service.domain.documents import Pipeline
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.edge_maintenance import EdgeMaintenance
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.store.edge_store import EdgeStore
from netgpt_docs_service.usecases.assembly import Ports, assemble
from netgpt_docs_service.usecases.services import Services
from tests.support.protocol import DIMENSION, Bench, ParagraphChunker, healthy
from tests.support.quick_service import folder_in_memory
from tests.support.slow_embedder import SlowEmbedder


def roomy_store(engine: EdgeProcess) -> EdgeStore:
    return EdgeStore(engine, free_bytes=lambda: 2**40, min_free_bytes=0)


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    with folder_in_memory(tmp_path) as folder:
        yield folder


@pytest.fixture
def protocol_bench(quick_folder: Path) -> Iterator[Bench]:
    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()
    folder = quick_folder
    engine = loop.run_until_complete(
        stack.enter_async_context(opened_collection(folder, DIMENSION, description={}))
    )
    yield Bench(roomy_store(engine), EdgeMaintenance(engine), loop)
    loop.run_until_complete(stack.aclose())
    loop.close()


@pytest.fixture
async def engine(quick_folder: Path) -> AsyncIterator[EdgeProcess]:
    async with opened_collection(quick_folder, DIMENSION, description={}) as process:
        yield process


@pytest.fixture
def embedder() -> SlowEmbedder:
    return SlowEmbedder()


@pytest.fixture
def make_services(engine: EdgeProcess, embedder: SlowEmbedder) -> Callable[..., Services]:
    ports = Ports(
        store=roomy_store(engine),
        maintenance=EdgeMaintenance(engine),
        chunker=ParagraphChunker(),
        embedder=embedder,
        pipeline=Pipeline("text", "paragraphs", "hash"),
        now=lambda: datetime.now(UTC),
        now_us=lambda: time.time_ns() // 1000,
    )

    def make(*, ingest_deadline_s: float = 60.0) -> Services:
        return assemble(
            ports, ingest_deadline_s=ingest_deadline_s, health=healthy(ports.maintenance)
        )

    return make


@pytest.fixture
def services(make_services: Callable[..., Services]) -> Services:
    return make_services()


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid4().hex[:12]}"
