"""What readers and the event loop feel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

TICK_S = 0.005


class Stalls:
    """The longest time during which the event loop ran nothing."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK_S)
            self.longest_s = max(self.longest_s, time.perf_counter() - before - TICK_S)


@asynccontextmanager
async def watched() -> AsyncIterator[Stalls]:
    """Watch the loop with a ticker of 5 ms."""
    stalls = Stalls()
    ticker = asyncio.create_task(stalls.watch())
    try:
        yield stalls
    finally:
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker


async def timed_ms(repeat: int, call: Callable[[], Awaitable[object]]) -> list[float]:
    """Return the times of `repeat` calls, one after the other, in order of length."""
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        await call()
        times.append(1_000 * (time.perf_counter() - begin))
    return sorted(times)
