"""What callers are answered while the Qdrant server fails, and that it passes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.support import faults
from tests.support.face_process import FaceProcess, running_face
from tests.support.fault_proxy import Fault, FaultProxy, proxy_before
from tests.support.replicas import on_server
from tests.support.service_process import KEY, START_S, ServiceProcess

pytestmark = [
    pytest.mark.process,
    pytest.mark.model,
    pytest.mark.asyncio(loop_scope="module"),
]

TIMEOUT_S = 2
BACK_S = 20.0
OLD = {"doc_id": "walrus", "text": "Walruses rest on sea ice between dives."}
NEW = {"doc_id": "walrus", "text": "Otters open mussels with a stone."}
QUESTION = {"query": "where does a walrus rest?"}


@dataclass(frozen=True)
class Room:
    """A service, the proxy between it and its Qdrant, and a client of the service."""

    service: ServiceProcess
    proxy: FaultProxy
    http: httpx.AsyncClient


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def face(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FaceProcess]:
    async with running_face(tmp_path_factory.mktemp("face")) as face:
        yield face


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(face: FaceProcess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    """A service that was started before its Qdrant could be reached."""
    async with proxy_before(face.url) as proxy:
        await proxy.refuse()
        folder: Path = tmp_path_factory.mktemp("service")
        service = on_server(folder, proxy.url, QDRANT_TIMEOUT_S=str(TIMEOUT_S))
        service.start()
        headers = {"Authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(base_url=service.address, headers=headers, timeout=30) as http:
            yield Room(service, proxy, http)
        service.stop()


async def test_a_service_waits_for_its_qdrant_and_says_so(room: Room) -> None:
    async with asyncio.timeout(START_S):
        while not await answers(room.http, "/livez"):  # noqa: ASYNC110  a process has no event
            await asyncio.sleep(0.05)
    refused = await room.http.post("/query", json=QUESTION)
    assert (refused.status_code, kind_of(refused)) == (503, "store_unavailable")
    assert await statuses(room) == {"/livez": 200, "/readyz": 503, "/health": 503}
    await room.proxy.listen()
    await until_well(room)
    assert await statuses(room) == {"/livez": 200, "/readyz": 200, "/health": 200}


UNAVAILABLE = (503, "store_unavailable")
NO_ROOM = (503, "insufficient_storage")
FINE = (200, None)
EVERY, WRITES = ("*", "/collections/"), ("PUT", "/points$")
TABLE = {
    "connection refused": (None, UNAVAILABLE, UNAVAILABLE),
    "reset in mid-body": ((*EVERY, faults.reset_in_mid_body), UNAVAILABLE, UNAVAILABLE),
    "hang": ((*EVERY, faults.hang), UNAVAILABLE, UNAVAILABLE),
    "500": ((*EVERY, faults.answer(500)), UNAVAILABLE, UNAVAILABLE),
    "503": ((*EVERY, faults.answer(503)), UNAVAILABLE, UNAVAILABLE),
    "507": ((*WRITES, faults.answer(507, faults.NO_SPACE)), NO_ROOM, FINE),
    "slow answer": ((*EVERY, faults.delay(0.1)), FINE, FINE),
    "wait_timeout": ((*WRITES, faults.wait_timeout(is_applied=False)), UNAVAILABLE, FINE),
    "wrong key": ((*EVERY, faults.answer(401)), UNAVAILABLE, UNAVAILABLE),
    "collection gone": ((*EVERY, faults.answer(404, "doesn't exist!")), UNAVAILABLE, UNAVAILABLE),
}


@pytest_asyncio.fixture(loop_scope="module")
async def well(room: Room) -> Room:
    """The room with one document in it, and nothing broken."""
    await until_well(room)
    (await room.http.post("/ingest", json=OLD)).raise_for_status()
    return room


LONG = {"reset in mid-body", "hang", "503"}
"""Rows that open the circuit and then wait for it to close, as `connection refused` does."""


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=[pytest.mark.soak] if row in LONG else []) for row in TABLE],
)
async def test_a_failing_qdrant_is_explained_and_passes_by_itself(well: Room, row: str) -> None:
    rule, written, asked = TABLE[row]
    async with broken(well.proxy, rule):
        for answer, (status, kind) in (
            (await well.http.post("/ingest", json=NEW), written),
            (await well.http.post("/query", json=QUESTION), asked),
        ):
            assert (answer.status_code, kind_of(answer)) == (status, kind)
            assert answer.is_success or int(answer.headers["Retry-After"]) >= 1
            assert str(well.proxy.url) not in answer.text
        assert (await statuses(well)) | {"/health": 0} == {
            "/livez": 200,
            "/readyz": 200,
            "/health": 0,
        }
    await until_well(well)
    text = (await well.http.get("/documents/walrus/text")).json()["text"]
    assert text in {OLD["text"], NEW["text"]}
    assert (await well.http.get("/documents/walrus/verify")).json()["whole"]


@asynccontextmanager
async def broken(proxy: FaultProxy, rule: tuple[str, str, Fault] | None) -> AsyncIterator[None]:
    """Break what `rule` takes, or every connection, for the length of a block."""
    if rule is None:
        await proxy.refuse()
    else:
        proxy.on(*rule)
    try:
        yield
    finally:
        proxy.heal()
        if rule is None:
            await proxy.listen()


async def statuses(room: Room) -> dict[str, int]:
    paths = ("/livez", "/readyz", "/health")
    return {path: (await room.http.get(path)).status_code for path in paths}


def kind_of(answer: httpx.Response) -> str | None:
    return None if answer.is_success else answer.json()["type"].rpartition(":")[2]


async def answers(http: httpx.AsyncClient, path: str) -> bool:
    try:
        return (await http.get(path)).is_success
    except httpx.HTTPError:
        return False


async def until_well(room: Room) -> None:
    async with asyncio.timeout(BACK_S):
        while not (await room.http.post("/query", json=QUESTION)).is_success:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.05)
