"""Loading many chunks never holds up the event loop that answers everybody else."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.polling import until
from tests.support.quick_service import (
    TENANT,
    QuickService,
    WideEmbedder,
    opened_quick_service,
    wide_document,
)

pytestmark = [pytest.mark.process, pytest.mark.alone]

TICK_S = 0.005
LONGEST_STALL_S = 0.5
OPTIMIZED_S = 20.0
WRITERS = 4


@dataclass(slots=True)
class Ticker:
    """Wakes up every 5 ms, and remembers the longest time it could not."""

    longest_s: float = 0.0

    async def run(self) -> None:
        last_s = time.perf_counter()
        while True:
            await asyncio.sleep(TICK_S)
            now_s = time.perf_counter()
            self.longest_s = max(self.longest_s, now_s - last_s - TICK_S)
            last_s = now_s


@pytest.fixture
async def quick(quick_folder: Path) -> AsyncIterator[QuickService]:
    async with opened_quick_service(quick_folder, embedder=WideEmbedder()) as quick:
        yield quick


@pytest.fixture
async def ticker() -> AsyncIterator[Ticker]:
    ticker = Ticker()
    running = asyncio.create_task(ticker.run())
    yield ticker
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def segments(folder: Path) -> set[Path]:
    """Return the engine's segments; the optimizer replaces them."""
    return set((folder / "shard" / "segments").iterdir())


async def load(quick: QuickService, documents: int) -> None:
    numbers = iter(range(documents))

    async def write() -> None:
        for number in numbers:
            await quick.use_cases.ingest.ingest(TENANT, wide_document(number))

    await asyncio.gather(*(write() for _ in range(WRITERS)))


async def test_the_loop_is_never_held_up_while_chunks_are_loaded_and_optimized(
    quick: QuickService, quick_folder: Path, ticker: Ticker
) -> None:
    before = segments(quick_folder)
    await load(quick, 84)
    await until(lambda: not segments(quick_folder) & before, seconds=OPTIMIZED_S)
    assert (await quick.maintenance.totals()).chunks == 8_400
    assert ticker.longest_s < LONGEST_STALL_S


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_the_loop_is_never_held_up_while_twenty_thousand_chunks_are_loaded(
    quick: QuickService, quick_folder: Path, ticker: Ticker
) -> None:
    before = segments(quick_folder)
    began_s = time.perf_counter()
    await load(quick, 200)
    await until(lambda: not segments(quick_folder) & before, seconds=OPTIMIZED_S)
    assert (await quick.maintenance.totals()).chunks == 20_000
    took_s = time.perf_counter() - began_s
    print(f"20,000 chunks in {took_s:.1f} s, longest stall {ticker.longest_s * 1000:.0f} ms")
    assert ticker.longest_s < LONGEST_STALL_S
