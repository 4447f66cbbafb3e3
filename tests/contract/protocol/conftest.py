from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.usecases.assembly import assemble
from netgpt_docs_service.usecases.services import Services
from tests.support.fakes import DIMENSION, ParagraphChunker
from tests.support.protocol import Bench
from tests.support.services import healthy, ports_over, roomy_store
from tests.support.slow_embedder import SlowEmbedder


@pytest.fixture
def protocol_bench(quick_folder: Path) -> Iterator[Bench]:
    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()
    engine = loop.run_until_complete(
        stack.enter_async_context(opened_collection(quick_folder, DIMENSION, description={}))
    )
    yield Bench(roomy_store(engine), PointMaintenance(engine), loop)
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
    ports = ports_over(engine, chunker=ParagraphChunker(), embedder=embedder)

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
