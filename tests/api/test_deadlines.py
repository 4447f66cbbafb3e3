"""Every request ends within its time, whatever it waits for; the caller is told when to return."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, NoReturn, cast

import httpx
import pytest

from netgpt_docs_service.api.body import IngestRoute
from netgpt_docs_service.api.state import State
from netgpt_docs_service.store.interface import DocumentStore
from netgpt_docs_service.usecases.services import Services
from tests.support.uploads import names

FILTER = {"type": "eq", "key": "tags", "value": "x"}
DOCUMENT = {"doc_id": "d", "text": "some text"}
ROUTES: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "query": ("POST", "/query", {"query": "q"}),
    "query batch": ("POST", "/query/batch", {"queries": [{"query": "q"}]}),
    "preview": ("POST", "/ingest/preview", DOCUMENT),
    "ingest": ("POST", "/ingest", DOCUMENT),
    "change": ("PATCH", "/documents/d", {"title": "t"}),
    "delete": ("DELETE", "/documents/d", None),
    "delete many": ("POST", "/documents/delete", {"filter": FILTER, "dry_run": True}),
    "list": ("GET", "/documents", None),
    "read": ("GET", "/documents/d", None),
    "chunks": ("GET", "/documents/d/chunks", None),
    "text": ("GET", "/documents/d/text", None),
    "verify": ("GET", "/documents/d/verify", None),
}


class Stuck:
    """A port that never answers."""

    fingerprint = dimension = max_tokens = None

    def __getattr__(self, name: str) -> object:
        return self._wait

    async def _wait(self, *_: object, **__: object) -> NoReturn:
        await asyncio.Event().wait()
        raise AssertionError


@pytest.fixture
def stuck(state: State, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Every use case, over ports that never answer, with a twentieth of a second to do it."""
    services, port = state["services"], cast("Any", Stuck())
    state["deadline_s"] = 0.05
    monkeypatch.setattr(IngestRoute, "grace_s", 0.0)
    delete = replace(services.delete, store=cast("DocumentStore", port))
    read = replace(services.read, store=port)
    state["services"] = replace(
        services,
        ingest=replace(services.ingest, store=port),
        ingest_files=replace(
            services.ingest_files, one=replace(services.ingest, store=port, deadline_s=0.05)
        ),
        preview=replace(services.preview, cutter=replace(services.preview.cutter, chunker=port)),
        change_fields=replace(services.change_fields, store=port, read=read),
        delete=delete,
        delete_matching=replace(services.delete_matching, one=delete),
        read=read,
        search=replace(services.search, embedder=port),
    )
    return state["services"]


async def test_an_upload_that_waits_too_long_is_503(
    acme: httpx.AsyncClient, stuck: Services
) -> None:
    async with asyncio.timeout(10):
        answer = await acme.post("/ingest/files", files=names("a.txt"))

    assert stuck
    assert answer.json()["type"] == "urn:netgpt-docs:problem:deadline_exceeded"


@pytest.mark.parametrize("name", ROUTES)
async def test_a_request_that_waits_too_long_is_503(
    acme: httpx.AsyncClient, stuck: Services, name: str
) -> None:
    method, path, body = ROUTES[name]

    async with asyncio.timeout(10):
        answer = await acme.request(method, path, json=body)

    assert stuck
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["type"] == "urn:netgpt-docs:problem:deadline_exceeded"


async def test_a_body_that_never_ends_is_503(acme: httpx.AsyncClient, stuck: Services) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        yield b'{"query": '
        await asyncio.Event().wait()

    headers = {"Content-Type": "application/json"}
    async with asyncio.timeout(10):
        answer = await acme.post("/query", content=trickle(), headers=headers)

    assert stuck
    assert answer.status_code == 503
