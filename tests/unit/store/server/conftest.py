from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from qdrant_client import AsyncQdrantClient

from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_client import ServerAccess, connected
from tests.support.scripted_qdrant import KEY, URL, Clock, ScriptedQdrant, Told, quick_calls


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
