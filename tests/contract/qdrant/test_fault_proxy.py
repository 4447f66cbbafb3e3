"""What the fault proxy does to requests: tests of faults rest on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.support import faults
from tests.support.fault_proxy import Fault, FaultProxy, proxy_before
from tests.support.qdrant_address import QdrantAddress, new_collection_name

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def proxy(qdrant: QdrantAddress) -> AsyncIterator[FaultProxy]:
    async with proxy_before(qdrant.url) as proxy:
        yield proxy


@pytest_asyncio.fixture(loop_scope="session")
async def rest(qdrant: QdrantAddress, proxy: FaultProxy) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"api-key": qdrant.api_key}
    async with httpx.AsyncClient(base_url=proxy.url, headers=headers, timeout=0.5) as client:
        yield client


async def test_what_no_rule_takes_passes_unchanged(
    proxy: FaultProxy, rest: httpx.AsyncClient
) -> None:
    proxy.on("POST", "", faults.drop)
    proxy.on("GET", "/aliases$", faults.drop)
    for _ in range(2):
        assert (await rest.get("/collections")).json()["status"] == "ok"
    assert proxy.requests == ["GET /collections"] * 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.drop, httpx.RemoteProtocolError),
        (faults.lose_answer, httpx.RemoteProtocolError),
        (faults.reset_in_mid_body, httpx.ReadError),
        (faults.hang, httpx.ReadTimeout),
        (faults.delay(0.7), httpx.ReadTimeout),
    ],
)
async def test_a_fault_breaks_as_many_requests_as_it_was_told_to(
    proxy: FaultProxy, rest: httpx.AsyncClient, fault: Fault, error: type[Exception]
) -> None:
    proxy.on("GET", "/collections$", fault, skip=1, times=1)
    assert (await rest.get("/collections")).status_code == 200
    with pytest.raises(error):
        await rest.get("/collections")
    assert (await rest.get("/collections")).status_code == 200


async def test_an_answer_is_made_up_with_its_headers(
    proxy: FaultProxy, rest: httpx.AsyncClient
) -> None:
    proxy.on("*", "", faults.answer(429, "too much", headers={"retry-after": "3"}))
    answer = await rest.get("/collections")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert answer.json()["status"] == {"error": "too much"}


async def test_a_lost_answer_is_one_to_something_that_was_done(
    proxy: FaultProxy, rest: httpx.AsyncClient
) -> None:
    path = f"/collections/{new_collection_name()}"
    proxy.on("PUT", "", faults.lose_answer)
    with pytest.raises(httpx.RemoteProtocolError):
        await rest.put(path, json={"vectors": {}})
    assert (await rest.delete(path)).json()["result"] is True


async def test_a_proxy_that_refuses_listens_again_at_the_same_address(
    proxy: FaultProxy, rest: httpx.AsyncClient
) -> None:
    await proxy.refuse()
    with pytest.raises(httpx.ConnectError):
        await rest.get("/collections")
    await proxy.listen()
    assert (await rest.get("/collections")).status_code == 200


async def test_healing_frees_what_hangs(proxy: FaultProxy, rest: httpx.AsyncClient) -> None:
    proxy.on("*", "", faults.hang)
    hanging = asyncio.ensure_future(rest.get("/collections", timeout=5))
    await asyncio.sleep(0.1)
    proxy.heal()
    with pytest.raises(httpx.RemoteProtocolError):
        await hanging
