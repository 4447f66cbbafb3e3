"""A request to the server is made again where that helps, and never for longer than it may take."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest
from qdrant_client import AsyncQdrantClient
from qdrant_client.http.exceptions import ResponseHandlingException

from netgpt_docs_service.errors import InsufficientStorage, InvalidInput, StoreUnavailable
from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.store_observer import CircuitState, Outcome
from tests.support.scripted_qdrant import KEY, Clock, ScriptedQdrant, Told, quick_calls

REFUSED = httpx.ConnectError("[Errno 111] Connection refused")


async def test_an_attempt_that_does_not_reach_the_server_is_made_again(
    server: ScriptedQdrant, client: AsyncQdrantClient, calls: ServerCalls, told: Told
) -> None:
    server.failures.extend([REFUSED, httpx.ReadError("reset"), 503])

    answer = await calls.run("prepare", client.get_collections)

    assert answer.collections == []
    assert (told.retries, told.answered) == (["prepare"] * 3, [("prepare", Outcome.ANSWERED)])


async def test_waits_double_up_to_a_limit(
    server: ScriptedQdrant, client: AsyncQdrantClient, calls: ServerCalls, clock: Clock
) -> None:
    server.failures.extend([500] * 7)

    await calls.run("prepare", client.get_collections)

    assert clock.slept == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0])


async def test_it_ends_before_its_time_is_over(
    server: ScriptedQdrant, client: AsyncQdrantClient, told: Told, clock: Clock
) -> None:
    server.failures.extend([500] * 100)

    with pytest.raises(StoreUnavailable, match="answered 500"):
        await quick_calls(told, clock, timeout_s=3.0).run("count", client.get_collections)

    assert clock.now_s < 3.0
    assert told.answered == [("count", Outcome.FAILED)]


async def test_a_server_that_is_too_busy_says_when_to_come_back(
    server: ScriptedQdrant, client: AsyncQdrantClient, calls: ServerCalls, clock: Clock
) -> None:
    server.failures.append(httpx.Response(429, headers={"Retry-After": "7"}, json={}))

    await calls.run("prepare", client.get_collections)

    assert clock.slept == [7.0]


async def test_a_wait_longer_than_the_time_left_is_told_to_the_caller(
    server: ScriptedQdrant, client: AsyncQdrantClient, calls: ServerCalls, clock: Clock
) -> None:
    server.failures.append(httpx.Response(429, headers={"Retry-After": "60"}, json={}))

    with pytest.raises(StoreUnavailable) as refusal:
        await calls.run("prepare", client.get_collections)

    assert (clock.slept, refusal.value.retry_after_s) == ([], 60.0)


async def test_after_five_failures_nothing_is_sent_for_a_while(
    server: ScriptedQdrant, client: AsyncQdrantClient, calls: ServerCalls, told: Told
) -> None:
    server.failures.extend([REFUSED] * 100)

    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await calls.run("rank", client.get_collections)

    assert len(server.requests) == 5
    assert told.circuit == [CircuitState.OPEN]
    assert told.answered == [("rank", Outcome.UNREACHABLE), ("rank", Outcome.CIRCUIT_OPEN)]


async def test_our_own_crowd_does_not_count_against_the_server(
    server: ScriptedQdrant, client: AsyncQdrantClient, calls: ServerCalls, told: Told
) -> None:
    server.failures.extend([httpx.PoolTimeout("busy")] * 7)

    await calls.run("rank", client.get_collections)

    assert told.circuit == []


async def test_a_server_that_is_back_is_found_without_a_restart(
    server: ScriptedQdrant,
    client: AsyncQdrantClient,
    calls: ServerCalls,
    told: Told,
    clock: Clock,
) -> None:
    server.failures.extend([REFUSED] * 5)
    with pytest.raises(StoreUnavailable):
        await calls.run("rank", client.get_collections)
    clock.now_s += 5.0

    await calls.run("rank", client.get_collections)

    assert told.circuit[-1] is CircuitState.CLOSED


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidInput),
        (401, StoreUnavailable),
        (404, StoreUnavailable),
        (507, InsufficientStorage),
    ],
)
async def test_what_another_attempt_cannot_change_is_not_tried_again(
    server: ScriptedQdrant,
    client: AsyncQdrantClient,
    calls: ServerCalls,
    status: int,
    error: type[Exception],
) -> None:
    server.failures.append(status)

    with pytest.raises(error):
        await calls.run("upsert", client.get_collections)

    assert len(server.requests) == 1


async def test_a_server_that_hangs_is_given_up(told: Told) -> None:
    calls = quick_calls(told, Clock(), timeout_s=0.05)

    with pytest.raises(StoreUnavailable, match="no answer in time"):
        await calls.run("count", asyncio.Event().wait)


async def test_a_caller_that_leaves_takes_its_request_along(calls: ServerCalls, told: Told) -> None:
    asking = asyncio.create_task(calls.run("count", asyncio.Event().wait))
    await asyncio.sleep(0)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    assert told.answered == [("count", Outcome.CANCELLED)]


async def test_a_refused_key_is_in_the_operators_log_and_the_key_nowhere(
    server: ScriptedQdrant,
    client: AsyncQdrantClient,
    calls: ServerCalls,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.failures.append(403)

    with caplog.at_level(logging.ERROR), pytest.raises(StoreUnavailable) as refusal:
        await calls.run("rank", client.get_collections)

    assert "refused QDRANT_API_KEY" in caplog.text
    assert KEY not in caplog.text + refusal.value.message


async def test_errors_of_the_client_do_not_get_out(calls: ServerCalls) -> None:
    async def unreadable() -> None:
        raise ResponseHandlingException(ValueError("no JSON"))

    with pytest.raises(StoreUnavailable, match="cannot be read"):
        await calls.run("rank", unreadable)
