"""Who hangs up is not worked for; what was sent to be stored is stored all the same."""

from __future__ import annotations

import asyncio
import gc
import logging
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from netgpt_docs_service.api.state import State
from netgpt_docs_service.usecases.delete import DeleteMatching
from tests.support.caller import Caller
from tests.support.edge import Edge
from tests.support.gated_store import Gate, GatedStore
from tests.support.services import MODEL
from tests.support.uploads import body as form_body
from tests.support.uploads import part

FILE = form_body(part('name="file"; filename="a.txt"'))
FILES = form_body(part('name="files"; filename="a.txt"'))
LEGAL = {"type": "eq", "key": "tags", "value": "legal"}


@dataclass
class Hold(Gate):
    """Holds every call until all may go on, and knows whether one was given up."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    last_error: Exception | None = None

    async def wait(self, call: str) -> None:
        self.calls.append(call)
        self.waiting.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.given_up.set()
            if self.last_error is not None:
                raise self.last_error from None
            raise


@pytest.fixture
def hold(state: State) -> Hold:
    """Holds the first port that each of the use cases waits for."""
    services, hold = state["services"], Hold()
    embedder: Any = GatedStore(services.search.embedder, hold)
    store: Any = GatedStore(services.read.store, hold)
    chunker: Any = GatedStore(services.preview.cutter.chunker, hold)
    state["services"] = replace(
        services,
        search=replace(services.search, embedder=embedder),
        embed=replace(services.embed, embedder=embedder),
        ingest=replace(services.ingest, writer=replace(services.ingest.writer, embedder=embedder)),
        ingest_files=replace(
            services.ingest_files,
            one=replace(services.ingest, writer=replace(services.ingest.writer, embedder=embedder)),
        ),
        preview=replace(services.preview, cutter=replace(services.preview.cutter, chunker=chunker)),
        change_fields=replace(services.change_fields, store=store),
        delete_matching=DeleteMatching(replace(services.delete, store=store)),
    )
    return hold


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/query", {"query": "who waits for this?"}),
        ("/query/batch", {"queries": [{"query": "who waits for this?"}]}),
        ("/v1/embeddings", {"input": ["who waits for this?"], "model": MODEL.name}),
        ("/ingest/preview", {"doc_id": "d", "text": "some text to be cut"}),
        ("/ingest/preview", FILE),
    ],
)
async def test_the_work_of_a_caller_that_hangs_up_is_given_up(
    edge: Edge, hold: Hold, path: str, body: dict[str, Any] | bytes
) -> None:
    caller = Caller("POST", path, body)
    async with asyncio.timeout(10):
        call = asyncio.create_task(caller.call(edge))
        await hold.waiting.wait()
        caller.leaves.set()
        await call
    assert hold.given_up.is_set()


async def test_a_caller_that_hangs_up_is_logged_and_is_no_problem(
    edge: Edge, state: State, hold: Hold, caplog: pytest.LogCaptureFixture
) -> None:
    caller = Caller("POST", "/query", {"query": "who waits for this?"})
    async with asyncio.timeout(10):
        with caplog.at_level(logging.INFO, "netgpt_docs_service.access"):
            call = asyncio.create_task(caller.call(edge))
            await hold.waiting.wait()
            caller.leaves.set()
            await call
    lines = state["metrics"].text().decode().splitlines()
    assert [record.__dict__["status"] for record in caplog.records] == [499]
    assert 'http_requests_total{handler="/query",method="POST",status="499"} 1.0' in lines
    assert not [line for line in lines if line.startswith("netgpt_problems_total{")]


async def test_work_that_fails_while_it_is_given_up_is_not_reported(edge: Edge, hold: Hold) -> None:
    reports: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, report: reports.append(report))
    hold.last_error = RuntimeError("the engine was interrupted")
    caller = Caller("POST", "/query", {"query": "who waits for this?"})
    async with asyncio.timeout(10):
        call = asyncio.create_task(caller.call(edge))
        await hold.waiting.wait()
        caller.leaves.set()
        await call
    gc.collect()  # asyncio reports a task when it is collected
    assert hold.given_up.is_set()
    assert reports == []


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (("POST", "/ingest", {"doc_id": "d", "text": "some text to be kept"}), 201),
        (("POST", "/ingest/files", FILES), 200),
        (("PATCH", "/documents/policy", {"title": "Another"}), 200),
        (("POST", "/documents/delete", {"filter": LEGAL, "dry_run": False}), 200),
    ],
)
async def test_a_write_is_finished_though_its_caller_hung_up(
    edge: Edge, hold: Hold, sent: tuple[str, str, dict[str, Any] | bytes], status: int
) -> None:
    caller = Caller(*sent)
    async with asyncio.timeout(10):
        call = asyncio.create_task(caller.call(edge))
        await hold.waiting.wait()
        caller.leaves.set()
        hold.go_on.set()
        await call
    assert not hold.given_up.is_set()
    assert caller.heard[0]["status"] == status


async def test_a_caller_that_stays_is_answered(edge: Edge, hold: Hold) -> None:
    caller = Caller("POST", "/query", {"query": "who waits for this?"})
    hold.go_on.set()
    async with asyncio.timeout(10):
        await caller.call(edge)
    assert caller.heard[0]["status"] == 200


async def test_a_caller_that_leaves_within_its_upload_is_400_and_stores_nothing(
    edge: Edge, state: State
) -> None:
    caller = Caller("POST", "/ingest/files", FILES, is_cut_off=True)
    caller.leaves.set()
    async with asyncio.timeout(10):
        await caller.call(edge)
    assert caller.heard[0]["status"] == 400
    assert state["uploads"].taken == 0
    assert await state["services"].read.store.manifest("acme", "a.txt") is None
