"""What callers and readers see of a server that fails: the right error, and never half a document.

Each fault stays for as long as the writer tries; then it is healed, and the same store goes on:
one store for all of these tests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.errors import (
    InsufficientStorage,
    StoreUnavailable,
    Unavailable,
)
from netgpt_docs_service.store.point_store import PointStore
from tests.contract.conftest import DIMENSION, Author
from tests.support import faults
from tests.support.breakable_server import BreakableServer, breakable_server
from tests.support.fault_proxy import Fault, FaultProxy, proxy_before
from tests.support.qdrant_address import QdrantAddress, new_collection_name
from tests.support.server_collection import emptied_collection, server_collection

pytestmark = pytest.mark.asyncio(loop_scope="session")

WRITES = r"/points$"
EVERYTHING = ""
THREE_BATCHES = [f"text {number}" for number in range(300)]


@dataclass(frozen=True)
class Healthy:
    """The same collection, asked without a proxy in between."""

    store: PointStore
    address: QdrantAddress
    name: str


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def healthy(qdrant: QdrantAddress) -> AsyncIterator[Healthy]:
    name = new_collection_name()
    async with server_collection(qdrant, DIMENSION, name=name) as engine:
        yield Healthy(PointStore(engine), qdrant, name)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def proxy(healthy: Healthy) -> AsyncIterator[FaultProxy]:
    async with proxy_before(healthy.address.url) as proxy:
        yield proxy


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lasting_server(healthy: Healthy, proxy: FaultProxy) -> AsyncIterator[BreakableServer]:
    """One store that lives through all of the faults."""
    key = healthy.address.api_key
    async with breakable_server(proxy, api_key=key, name=healthy.name) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def server(lasting_server: BreakableServer) -> AsyncIterator[BreakableServer]:
    yield lasting_server
    await lasting_server.heal()


@pytest.fixture
def writer(server: BreakableServer, tenant: str) -> Author:
    """Asks through the proxy."""
    return Author(server.store, tenant)


@pytest.fixture
def reader(healthy: Healthy, tenant: str) -> Author:
    """Sees what the server holds, whatever the proxy does."""
    return Author(healthy.store, tenant)


@pytest.fixture
def whole_version(reader: Author) -> Callable[[], Awaitable[int]]:
    """Name the version that readers find, all of it and nothing but it."""

    async def version() -> int:
        manifest = await reader.store.manifest(reader.tenant, "doc")
        assert manifest is not None
        chunks = await reader.store.chunks(reader.tenant, manifest)
        assert len(chunks) == manifest.chunk_count
        found = await reader.resolved(await reader.candidates(limit=1000))
        current = [each for each in found if each.chunk.generation == manifest.generation]
        assert len(current) == manifest.chunk_count
        return manifest.version

    return version


@pytest_asyncio.fixture(loop_scope="session")
async def standing(reader: Author) -> Manifest:
    return await reader.publish(sequence=10, texts=["old one", "old two"])


@pytest.mark.usefixtures("standing")
@pytest.mark.parametrize(
    ("fault", "path", "error", "retry_after_s"),
    [
        pytest.param(faults.drop, EVERYTHING, StoreUnavailable, (1, 5), id="dropped"),
        pytest.param(faults.hang, EVERYTHING, StoreUnavailable, (1, 5), id="hangs"),
        pytest.param(faults.delay(3), EVERYTHING, StoreUnavailable, (1, 5), id="far too slow"),
        pytest.param(faults.reset_in_mid_body, WRITES, StoreUnavailable, (1, 5), id="reset"),
        pytest.param(faults.answer(500), WRITES, StoreUnavailable, (1, 5), id="500"),
        pytest.param(faults.answer(503), WRITES, StoreUnavailable, (1, 5), id="503"),
        pytest.param(faults.answer(408), WRITES, StoreUnavailable, (1, 5), id="408"),
        pytest.param(
            faults.answer(403, "Storage locked: a snapshot is taken"),
            WRITES,
            StoreUnavailable,
            (1, 5),
            id="locked",
        ),
        pytest.param(faults.answer(507), WRITES, InsufficientStorage, (10, 60), id="507"),
        pytest.param(
            faults.answer(429, headers={"retry-after": "7"}),
            WRITES,
            StoreUnavailable,
            (7, 7),
            id="429",
        ),
        pytest.param(faults.answer(401), EVERYTHING, StoreUnavailable, (30, 120), id="key gone"),
        pytest.param(faults.answer(404), EVERYTHING, StoreUnavailable, (10, 60), id="404"),
        pytest.param(
            faults.wait_timeout(is_applied=False), WRITES, StoreUnavailable, (1, 5), id="queued"
        ),
        pytest.param(
            faults.wait_timeout(is_applied=True), WRITES, StoreUnavailable, (1, 5), id="applied"
        ),
        pytest.param(faults.lose_answer, WRITES, StoreUnavailable, (1, 5), id="answer lost"),
    ],
)
async def test_a_fault_that_lasts_is_told_and_leaves_the_old_version_whole(  # noqa: PLR0913  a table
    server: BreakableServer,
    writer: Author,
    whole_version: Callable[[], Awaitable[int]],
    *,
    fault: Fault,
    path: str,
    error: type[Unavailable],
    retry_after_s: tuple[float, float],
) -> None:
    server.proxy.on("*", path, fault)
    with pytest.raises(error) as caught:
        await writer.publish(sequence=11)
    assert type(caught.value) is error
    assert retry_after_s[0] <= caught.value.retry_after_s <= retry_after_s[1]
    assert await whole_version() == 10
    await server.heal()
    assert (await writer.publish(sequence=12)).version == 12
    assert await whole_version() == 12


@pytest.mark.usefixtures("standing")
async def test_a_refused_connection_is_told_and_the_store_goes_on_afterwards(
    server: BreakableServer, writer: Author, whole_version: Callable[[], Awaitable[int]]
) -> None:
    await server.proxy.refuse()
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        await writer.publish(sequence=11)
    assert await whole_version() == 10
    await server.heal()
    assert (await writer.publish(sequence=12)).version == 12


@pytest.mark.usefixtures("standing")
@pytest.mark.parametrize(
    ("fault", "puts"),
    [
        pytest.param(faults.drop, 9, id="dropped"),
        pytest.param(faults.reset_in_mid_body, 9, id="reset"),
        pytest.param(faults.lose_answer, 9, id="answer lost"),
        pytest.param(faults.answer(500), 9, id="500"),
        pytest.param(faults.wait_timeout(is_applied=False), 9, id="queued"),
        pytest.param(faults.wait_timeout(is_applied=True), 9, id="applied"),
        pytest.param(faults.delay(0.2), 8, id="slow"),
    ],
)
@pytest.mark.parametrize("skip", [1, 7])
async def test_a_fault_of_one_request_is_nobodys_business(
    server: BreakableServer,
    writer: Author,
    whole_version: Callable[[], Awaitable[int]],
    *,
    fault: Fault,
    puts: int,
    skip: int,
) -> None:
    """Seven writes carry chunks, the eighth the manifest: the second or the eighth is broken."""
    server.proxy.on("PUT", WRITES, fault, skip=skip, times=1)
    published = await writer.publish(sequence=11, texts=THREE_BATCHES[:200])
    assert published.version == await whole_version() == 11
    assert sum(request.startswith("PUT") for request in server.proxy.requests) == puts


@pytest.mark.usefixtures("standing")
@pytest.mark.parametrize("fault", [faults.answer(503), faults.lose_answer])
async def test_a_write_of_which_a_part_fails_for_ever_is_never_seen(
    server: BreakableServer,
    writer: Author,
    whole_version: Callable[[], Awaitable[int]],
    *,
    fault: Fault,
) -> None:
    server.proxy.on("PUT", WRITES, fault, skip=1)
    with pytest.raises(StoreUnavailable):
        await writer.publish(sequence=11, texts=THREE_BATCHES)
    assert await whole_version() == 10
    await server.heal()
    again = await writer.publish(sequence=12, texts=THREE_BATCHES)
    assert await writer.store.sweep(writer.tenant, again) >= 32
    assert await whole_version() == 12


@pytest.mark.usefixtures("standing")
async def test_a_flip_whose_answers_are_all_lost_is_the_old_or_the_new_version_whole(
    server: BreakableServer, writer: Author, whole_version: Callable[[], Awaitable[int]]
) -> None:
    server.proxy.on("PUT", WRITES, faults.lose_answer, skip=1)
    with pytest.raises(StoreUnavailable):
        await writer.publish(sequence=11)
    assert await whole_version() == 11
    await server.heal()
    assert (await writer.publish(sequence=12)).version == 12


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.drop, id="dropped"),
        pytest.param(faults.hang, id="hangs"),
        pytest.param(faults.reset_in_mid_body, id="reset"),
        pytest.param(faults.answer(500), id="500"),
    ],
)
async def test_a_reader_is_told_and_reads_on_afterwards(
    server: BreakableServer, writer: Author, standing: Manifest, fault: Fault
) -> None:
    server.proxy.on("POST", EVERYTHING, fault)
    with pytest.raises(StoreUnavailable) as caught:
        await writer.store.manifest(writer.tenant, "doc")
    assert 1 <= caught.value.retry_after_s <= 5
    await server.heal()
    assert await writer.store.manifest(writer.tenant, "doc") == standing


async def test_a_wrong_key_is_ours_to_mend_and_not_the_callers(
    healthy: Healthy, proxy: FaultProxy, tenant: str
) -> None:
    if not healthy.address.api_key:
        pytest.skip("TEST_QDRANT_API_KEY is not set: the server asks nobody for a key")
    async with breakable_server(proxy, api_key="wrong", name=healthy.name) as server:
        with pytest.raises(StoreUnavailable, match="does not let this service in") as caught:
            await server.store.manifest(tenant, "doc")
    assert "wrong" not in str(caught.value)


async def test_a_collection_that_was_deleted_under_us_is_missed_until_it_is_there_again(
    healthy: Healthy, proxy: FaultProxy, tenant: str
) -> None:
    name, key = new_collection_name(), healthy.address.api_key
    client = healthy.address.client()
    async with (
        server_collection(healthy.address, DIMENSION, name=name),
        breakable_server(proxy, api_key=key, name=name) as server,
    ):
        author = Author(server.store, tenant)
        await author.publish(sequence=10)
        await client.delete_collection(f"{name}-1")
        with pytest.raises(StoreUnavailable, match=name):
            await author.publish(sequence=11)
        assert not await client.collection_exists(name)
        async with emptied_collection(healthy.address, DIMENSION, name=name):
            assert (await author.publish(sequence=12)).version == 12
    await client.close()
