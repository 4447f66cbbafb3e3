"""What a fault proxy can do to a request instead of passing it on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from tests.support.fault_proxy import Exchange, Fault, passed_on

NO_SPACE = "Insufficient storage: disk usage is at 96% of the limit of 85%"


async def drop(exchange: Exchange) -> None:
    """Close the connection without an answer; the server never hears of it."""
    exchange.client.close()


async def lose_answer(exchange: Exchange) -> None:
    """Let the server do it, and close the connection instead of answering."""
    await exchange.forwarded()
    exchange.client.close()


async def reset_in_mid_body(exchange: Exchange) -> None:
    """Let the server do it, and break the connection within its answer."""
    answer = await exchange.forwarded()
    head, _, body = answer.partition(b"\r\n\r\n")
    await exchange.respond(head + b"\r\n\r\n" + body[: len(body) // 2])
    await asyncio.sleep(0.01)  # or the reset overtakes what was sent
    exchange.reset()


async def hang(exchange: Exchange) -> None:
    """Neither answer nor close until the proxy is healed."""
    await exchange.healed.wait()
    exchange.client.close()


def delay(seconds: float) -> Fault:
    """Answer later."""

    async def delayed(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await passed_on(exchange)

    return delayed


def answer(
    status: int, error: str = "made up by a test", *, headers: Mapping[str, str] | None = None
) -> Fault:
    """Answer with an error in the server's envelope; the server never hears of it."""
    return _json_answer(status, {"status": {"error": error}, "time": 0.0}, headers or {})


def wait_timeout(*, is_applied: bool) -> Fault:
    """Answer 200 as a server does whose update queue is slow: applied by now, or later or never."""
    result = {"operation_id": 1, "status": "wait_timeout"}
    answered = _json_answer(200, {"result": result, "status": "ok", "time": 1.0}, {})

    async def timed_out(exchange: Exchange) -> None:
        if is_applied:
            await exchange.forwarded()
        await answered(exchange)

    return timed_out


def _json_answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Fault:
    content = json.dumps(body).encode()
    fields = {**headers, "content-type": "application/json", "content-length": str(len(content))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    response = f"HTTP/1.1 {status} Made Up\r\n{lines}\r\n".encode() + content

    async def answered(exchange: Exchange) -> None:
        await exchange.respond(response)

    return answered
