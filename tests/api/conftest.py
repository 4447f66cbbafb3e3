from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias, cast

import httpx
import pytest
from fastapi import FastAPI

from netgpt_docs_service.api.state import State
from netgpt_docs_service.app import create_app
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.usecases.services import Services
from tests.support.edge import Edge, make_settings, started, write_keys
from tests.support.fakes import DIMENSION
from tests.support.services import open_test_services, services_over
from tests.support.shared_engine import SharedEngine, shared_engine

OpenServices: TypeAlias = Callable[[Settings], AbstractAsyncContextManager[Services]]

POLICY = (
    "Packages must declare the licence of every file they ship. "
    "A package without a licence is removed from the archive after thirty days. "
    "Maintainers answer questions about licences on the mailing list."
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(write_keys(tmp_path / "keys.yaml"))


@pytest.fixture(scope="session")
def engine(quick_parent: Path) -> Iterator[SharedEngine]:
    """One engine process for all of these tests; opening services empties it."""
    with TemporaryDirectory(dir=quick_parent) as folder, shared_engine(Path(folder)) as engine:
        yield engine


@pytest.fixture(scope="session")
def open_services(engine: SharedEngine) -> OpenServices:
    return partial(open_test_services, engine=engine)


@pytest.fixture(scope="session")
def make_app(open_services: OpenServices) -> Callable[[Settings], FastAPI]:
    return partial(create_app, open_services=open_services)


@pytest.fixture
async def edge(settings: Settings, make_app: Callable[[Settings], FastAPI]) -> AsyncIterator[Edge]:
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
def away(settings: Settings, tmp_path: Path) -> Services:
    """The use cases over an engine process that is not there."""
    return services_over(EdgeProcess(tmp_path / "shard", DIMENSION, timeout_s=0.01), settings)


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
