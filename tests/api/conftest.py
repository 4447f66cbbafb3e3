from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from netgpt_docs_service.api.state import State
from netgpt_docs_service.settings import Settings
from tests.support.edge import Edge, make_app, make_settings, started, write_keys
from tests.support.memory_store import MemoryStore

POLICY = (
    "Packages must declare the licence of every file they ship. "
    "A package without a licence is removed from the archive after thirty days. "
    "Maintainers answer questions about licences on the mailing list."
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(write_keys(tmp_path / "keys.yaml"))


@pytest.fixture
async def edge(settings: Settings) -> AsyncIterator[Edge]:
    async with started(make_app(settings)) as edge:
        yield edge


@pytest.fixture
async def acme(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with edge.client("acme") as client:
        yield client


@pytest.fixture
async def other(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with edge.client("other") as client:
        yield client


@pytest.fixture
async def anyone(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with edge.client(None) as client:
        yield client


@pytest.fixture
def state(edge: Edge) -> State:
    return cast("State", edge.state)


@pytest.fixture
def store(state: State) -> MemoryStore:
    return cast("MemoryStore", state["services"].read.store)


@pytest.fixture
def policy() -> dict[str, Any]:
    return {
        "doc_id": "policy",
        "text": POLICY,
        "title": "Licences",
        "doc_type": "policy",
        "tags": ["legal", "archive"],
        "source": "https://example.org/policy",
        "metadata": {"year": 2026, "team": "archive", "editors": ["ann", "bob"]},
    }


@pytest.fixture
async def stored(acme: httpx.AsyncClient, policy: dict[str, Any]) -> dict[str, Any]:
    """The receipt of the policy, stored for the tenant acme."""
    answer = await acme.post("/ingest", json=policy)
    assert answer.status_code == 201
    return cast("dict[str, Any]", answer.json())
