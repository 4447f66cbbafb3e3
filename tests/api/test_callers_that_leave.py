"""Who hangs up is not worked for; what was sent to be stored is stored all the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from starlette.types import Message

from netgpt_docs_service.api.state import State
from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.interface import EmbeddedTexts, TextKind
from tests.support.edge import SECRETS, Edge
from tests.support.fakes import HashEmbedder
from tests.support.services import MODEL


@dataclass(frozen=True)
class HeldEmbedder(HashEmbedder):
    """Begins every text, goes on when told to, and knows what was given up."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def embed_query(self, text: str) -> Vector:
        await self._held()
        return await super().embed_query(text)

    async def embed_texts(self, texts: Sequence[str], *, kind: TextKind) -> EmbeddedTexts:
        await self._held()
        return await super().embed_texts(texts, kind=kind)

    async def embed_passages(self, passages: Sequence[Sequence[int]]) -> list[Vector]:
        await self._held()
        return await super().embed_passages(passages)

    async def _held(self) -> None:
        self.begun.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.given_up.set()
            raise


class Caller:
    """Sends a whole request, and hangs up when told to."""

    def __init__(self, path: str, body: dict[str, Any]) -> None:
        self.leaves = asyncio.Event()
        self.heard: list[Message] = []
        self._unsent = [json.dumps(body).encode()]
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"content-type", b"application/json"),
                (b"authorization", f"Bearer {SECRETS['acme']}".encode()),
            ],
        }

    async def receive(self) -> Message:
        if self._unsent:
            return {"type": "http.request", "body": self._unsent.pop(), "more_body": False}
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.heard.append(message)

    async def call(self, edge: Edge) -> None:
        self.scope["state"] = dict(edge.state)
        await edge.app(self.scope, self.receive, self.send)


@pytest.fixture
def embedder(state: State) -> HeldEmbedder:
    held, services = HeldEmbedder(), state["services"]
    writer = replace(services.ingest.writer, embedder=held)
    state["services"] = replace(
        services,
        search=replace(services.search, embedder=held),
        embed=replace(services.embed, embedder=held),
        ingest=replace(services.ingest, writer=writer),
    )
    return held


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/query", {"query": "who waits for this?"}),
        ("/query/batch", {"queries": [{"query": "who waits for this?"}]}),
        ("/v1/embeddings", {"input": ["who waits for this?"], "model": MODEL.name}),
    ],
)
async def test_the_work_of_a_caller_that_hangs_up_is_given_up(
    edge: Edge, embedder: HeldEmbedder, path: str, body: dict[str, Any]
) -> None:
    caller = Caller(path, body)
    async with asyncio.timeout(10):
        call = asyncio.create_task(caller.call(edge))
        await embedder.begun.wait()
        caller.leaves.set()
        await call
    assert embedder.given_up.is_set()
    assert caller.heard[0]["status"] == 400  # heard by nobody


async def test_a_document_is_stored_though_its_sender_hung_up(
    edge: Edge, embedder: HeldEmbedder
) -> None:
    caller = Caller("/ingest", {"doc_id": "d", "text": "some text to be kept"})
    async with asyncio.timeout(10):
        call = asyncio.create_task(caller.call(edge))
        await embedder.begun.wait()
        caller.leaves.set()
        embedder.go_on.set()
        await call
    assert not embedder.given_up.is_set()
    assert caller.heard[0]["status"] == 201


async def test_a_caller_that_stays_is_answered(edge: Edge, embedder: HeldEmbedder) -> None:
    caller = Caller("/query", {"query": "who waits for this?"})
    embedder.go_on.set()
    async with asyncio.timeout(10):
        await caller.call(edge)
    assert caller.heard[0]["status"] == 200
