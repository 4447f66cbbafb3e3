"""A store on a server may be away when we start: it is waited for, and says so meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import httpx
import pytest

from netgpt_docs_service.errors import ConfigurationError, StoreUnavailable
from netgpt_docs_service.store.point_reads import Count
from netgpt_docs_service.store.server_client import ServerAccess
from netgpt_docs_service.store.server_opening import Patience, WaitingEngine
from netgpt_docs_service.store.server_store import (
    CollectionWish,
    found_description,
    opened_server,
)
from tests.support.polling import until
from tests.support.scripted_qdrant import ScriptedQdrant, Told

Open = Callable[..., AbstractAsyncContextManager[WaitingEngine]]

WISH = CollectionWish(name="docs", dimension=4, description={"model": "m"})
AWAY = httpx.ConnectError("refused")


@pytest.fixture
def opened(server: ScriptedQdrant, told: Told, access: ServerAccess) -> Open:
    hasty = replace(access, timeout_s=0.05)
    soon = Patience(first_s=0.01, most_s=0.01)

    def opened_with(**patience: float) -> AbstractAsyncContextManager[WaitingEngine]:
        return opened_server(
            hasty,
            WISH,
            observer=told,
            patience=replace(soon, **patience),
            transport=server.transport,
        )

    return opened_with


async def test_with_the_server_there_it_is_open_at_once(
    server: ScriptedQdrant, opened: Open
) -> None:
    server.results["points/count"] = {"count": 3}

    async with opened() as engine:
        assert engine.is_open
        assert await engine.call(Count()) == 3


async def test_what_is_wrong_at_once_ends_the_start(server: ScriptedQdrant, opened: Open) -> None:
    server.version = "1.18.0"

    with pytest.raises(ConfigurationError):
        async with opened():
            pass


async def test_a_server_that_comes_later_is_found(server: ScriptedQdrant, opened: Open) -> None:
    server.failures.append(AWAY)
    server.results["points/count"] = {"count": 0}

    async with opened() as engine:
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            await engine.call(Count())
        await until(lambda: engine.is_open, seconds=5)

        assert await engine.call(Count()) == 0


async def test_what_is_wrong_later_is_logged_once_and_not_told_to_strangers(
    server: ScriptedQdrant, opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    server.failures.append(AWAY)
    server.version = "1.18.0"

    async with opened() as engine:
        await until(lambda: len(server.requests) > 5, seconds=5)
        with pytest.raises(StoreUnavailable, match="the log says why"):
            await engine.call(Count())

        assert not engine.is_open
    assert "1.19 or newer is needed" in caplog.text
    told = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert len(told) == 1


async def test_a_collection_that_takes_long_is_made_behind_the_start_and_said_to_be(
    server: ScriptedQdrant, opened: Open
) -> None:
    server.is_creating = asyncio.Event()
    server.results["points/count"] = {"count": 0}

    async with opened(start_s=0.03) as engine:
        with pytest.raises(StoreUnavailable, match="is still being prepared"):
            await engine.call(Count())
        server.is_creating.set()
        await until(lambda: engine.is_open, seconds=5)
        assert await engine.call(Count()) == 0


async def test_who_waits_for_the_collection_gets_an_engine_that_answers(
    server: ScriptedQdrant, opened: Open
) -> None:
    server.slow_indexes = 3
    server.results["points/count"] = {"count": 0}

    async with opened(opening_s=5.0) as engine:
        assert await engine.call(Count()) == 0


async def test_who_waits_too_long_is_told(server: ScriptedQdrant, opened: Open) -> None:
    server.slow_indexes = 10_000

    with pytest.raises(StoreUnavailable, match=r"still being prepared after 0\.1 s"):
        async with opened(opening_s=0.1):
            pass


async def test_who_waits_for_a_server_that_is_away_is_told_at_once(
    server: ScriptedQdrant, opened: Open
) -> None:
    server.failures.extend([AWAY] * 20)

    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        async with opened(opening_s=5.0):
            pass


async def test_a_collection_of_others_is_named_when_it_is_asked_what_it_was_made_with(
    server: ScriptedQdrant, access: ServerAccess
) -> None:
    server.collections["docs"] = {}

    with pytest.raises(ConfigurationError, match="does not say what it was made with"):
        await found_description(access, "docs", transport=server.transport)


async def test_an_outage_later_does_not_close_it(server: ScriptedQdrant, opened: Open) -> None:
    async with opened() as engine:
        server.failures.extend([AWAY] * 20)
        with pytest.raises(StoreUnavailable):
            await engine.call(Count())

        assert engine.is_open


async def test_a_collection_that_disappears_is_not_made_anew(
    server: ScriptedQdrant, opened: Open
) -> None:
    server.results["points/count"] = {"count": 3}

    async with opened() as engine:
        lost = dict(server.collections)
        server.collections.clear()
        with pytest.raises(StoreUnavailable, match="'docs' is not in the vector store"):
            await engine.call(Count())
        assert server.collections == {}

        server.collections |= lost
        assert await engine.call(Count()) == 3
