from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from pydantic import SecretStr
from qdrant_client import AsyncQdrantClient

from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_client import ServerAccess, connected
from netgpt_docs_service.store.server_collection import ServerCollection
from netgpt_docs_service.store.server_replicas import ReplicaWish
from tests.support.scripted_qdrant import KEY, URL, Clock, ScriptedQdrant, Told, quick_calls

MakeCollection = Callable[..., ServerCollection]


@pytest.fixture
def server() -> ScriptedQdrant:
    return ScriptedQdrant()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def calls(told: Told, clock: Clock) -> ServerCalls:
    return quick_calls(told, clock)


@pytest.fixture
def access() -> ServerAccess:
    return ServerAccess(url=URL, api_key=SecretStr(KEY))


@pytest.fixture
async def client(server: ScriptedQdrant, access: ServerAccess) -> AsyncIterator[AsyncQdrantClient]:
    async with connected(access, transport=server.transport) as opened:
        yield opened


@pytest.fixture
def collection(client: AsyncQdrantClient, calls: ServerCalls) -> MakeCollection:
    def make(
        *,
        model: str = "m",
        dimension: int = 4,
        wish: ReplicaWish | None = None,
        is_only_compared: bool = False,
        **filterable: str,
    ) -> ServerCollection:
        return ServerCollection(
            client=client,
            calls=calls,
            dimension=dimension,
            description={"model": model},
            wish=wish or ReplicaWish(),
            timeout_s=10,
            is_only_compared=is_only_compared,
            filterable=filterable,
        )

    return make
