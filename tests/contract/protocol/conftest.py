from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.usecases.assembly import assemble
from netgpt_docs_service.usecases.services import Services
from tests.support.fakes import DIMENSION, ParagraphChunker
from tests.support.protocol import Bench
from tests.support.qdrant_address import QdrantAddress, new_collection_name
from tests.support.server_collection import delete_collection, emptied_collection
from tests.support.services import healthy, ports_over, roomy_store
from tests.support.slow_embedder import SlowEmbedder


@pytest.fixture(params=["edge", "server"])
def adapter(request: pytest.FixtureRequest) -> str:
    """Each adapter in turn; a fixture of its own, so that a test may ask which it runs on."""
    name: str = request.param
    return name


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lasting_collection(qdrant: QdrantAddress) -> AsyncIterator[str]:
    """The name of the one collection that all of these tests use on a server, in turn."""
    name = new_collection_name()
    yield name
    await delete_collection(qdrant, name)


@pytest.fixture
def example_count(adapter: str) -> int:
    """How many interleavings to try: a request to a server takes ten times as long."""
    return 40 if adapter == "edge" else 3


@pytest.fixture
def opened_engine(
    adapter: str, quick_folder: Path, qdrant: QdrantAddress, lasting_collection: str
) -> AbstractAsyncContextManager[PointEngine]:
    """A collection that holds nothing, to be opened on the event loop that asks it."""
    if adapter == "edge":
        return opened_collection(quick_folder, DIMENSION, description={})
    return emptied_collection(qdrant, DIMENSION, name=lasting_collection)


@pytest.fixture
def protocol_bench(opened_engine: AbstractAsyncContextManager[PointEngine]) -> Iterator[Bench]:
    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()
    engine = loop.run_until_complete(stack.enter_async_context(opened_engine))
    yield Bench(roomy_store(engine), PointMaintenance(engine), loop)
    loop.run_until_complete(stack.aclose())
    loop.close()


@pytest.fixture
async def engine(
    opened_engine: AbstractAsyncContextManager[PointEngine],
) -> AsyncIterator[PointEngine]:
    async with opened_engine as engine:
        yield engine


@pytest.fixture
def embedder() -> SlowEmbedder:
    return SlowEmbedder()


@pytest.fixture
def make_services(engine: PointEngine, embedder: SlowEmbedder) -> Callable[..., Services]:
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
