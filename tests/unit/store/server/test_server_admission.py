"""A server is used only when it is new enough and closed to strangers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from netgpt_docs_service.errors import ConfigurationError, StoreUnavailable
from netgpt_docs_service.store.server_client import ServerAccess
from netgpt_docs_service.store.server_store import examined_server
from tests.support.scripted_qdrant import ScriptedQdrant

Examine = Callable[[ServerAccess], Awaitable[str]]


@pytest.fixture
def examine(server: ScriptedQdrant) -> Examine:
    return lambda access: examined_server(access, "docs", transport=server.transport)


async def test_a_server_that_may_be_used_says_its_version(
    examine: Examine, access: ServerAccess
) -> None:
    assert await examine(access) == "Qdrant 1.20.0 at http://qdrant.test:6333"


@pytest.mark.parametrize("version", ["1.18.3", "0.11.0", "soon"])
async def test_an_old_server_is_refused_with_both_versions(
    server: ScriptedQdrant, examine: Examine, access: ServerAccess, version: str
) -> None:
    server.version = version

    with pytest.raises(ConfigurationError, match=f"{version}.*1.19 or newer"):
        await examine(access)


@pytest.mark.parametrize("version", ["1.19.0-dev", "1.19.2", "2.0.0"])
async def test_a_newer_server_is_taken(
    server: ScriptedQdrant, examine: Examine, access: ServerAccess, version: str
) -> None:
    server.version = version

    assert version in await examine(access)


async def test_a_server_that_lets_strangers_in_is_refused(
    server: ScriptedQdrant, examine: Examine, access: ServerAccess
) -> None:
    server.knows.add(None)

    with pytest.raises(ConfigurationError, match="QDRANT_ALLOW_UNAUTHENTICATED"):
        await examine(access)


async def test_one_that_may_let_strangers_in_is_used_with_a_warning(
    server: ScriptedQdrant,
    examine: Examine,
    access: ServerAccess,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.knows.add(None)

    with caplog.at_level(logging.WARNING):
        await examine(replace(access, allows_unauthenticated=True))

    assert "answers without a key" in caplog.text


async def test_a_key_that_the_server_does_not_know_is_refused(
    examine: Examine, access: ServerAccess
) -> None:
    with pytest.raises(ConfigurationError, match="does not know QDRANT_API_KEY"):
        await examine(replace(access, api_key=SecretStr("another")))


async def test_a_server_that_asks_for_a_key_needs_one(
    examine: Examine, access: ServerAccess
) -> None:
    with pytest.raises(ConfigurationError, match="set QDRANT_API_KEY"):
        await examine(replace(access, api_key=None))


@pytest.mark.parametrize("status", [301, 308, 400, 405])
async def test_an_address_that_is_no_qdrants_is_a_mistake_of_the_operators(
    server: ScriptedQdrant, examine: Examine, access: ServerAccess, status: int
) -> None:
    server.failures.append(status)

    with pytest.raises(ConfigurationError, match=rf"cannot be used: .*{status}"):
        await examine(access)


async def test_a_server_that_is_away_is_no_mistake_of_the_operators(
    server: ScriptedQdrant, examine: Examine, access: ServerAccess
) -> None:
    server.failures.extend([httpx.ConnectError("refused")] * 9)

    with pytest.raises(StoreUnavailable):
        await examine(replace(access, timeout_s=0.2))
