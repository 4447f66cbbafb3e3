from __future__ import annotations

import asyncio

import pytest

from netgpt_docs_service.usecases.turns import DocumentTurns


class Writes:
    """Writes of one document that note when they got their turn."""

    def __init__(self) -> None:
        self.turns = DocumentTurns()
        self.order: list[int] = []
        self.go_on = asyncio.Event()

    async def write(self, sequence: int, *, replaces_all: bool = True) -> None:
        turn = self.turns.turn("t", "doc", sequence=sequence, replaces_all=replaces_all)
        async with turn:
            self.order.append(sequence)
            await self.go_on.wait()

    async def begin(self, sequence: int, *, replaces_all: bool = True) -> asyncio.Task[None]:
        task = asyncio.create_task(self.write(sequence, replaces_all=replaces_all))
        await asyncio.sleep(0)
        return task


async def test_the_newest_whole_write_goes_next() -> None:
    writes = Writes()
    tasks = [await writes.begin(sequence) for sequence in (1, 3, 2, 4)]
    writes.go_on.set()
    await asyncio.gather(*tasks)
    assert writes.order == [1, 4, 3, 2]


async def test_a_partial_write_waits_for_whole_ones_and_keeps_its_order() -> None:
    writes = Writes()
    tasks = [
        await writes.begin(1),
        await writes.begin(2, replaces_all=False),
        await writes.begin(3, replaces_all=False),
        await writes.begin(4),
    ]
    writes.go_on.set()
    await asyncio.gather(*tasks)
    assert writes.order == [1, 4, 2, 3]


async def test_documents_do_not_wait_for_one_another() -> None:
    turns = DocumentTurns()
    async with turns.turn("t", "a", sequence=1, replaces_all=True), asyncio.timeout(1):
        async with turns.turn("t", "b", sequence=2, replaces_all=True):
            pass
        async with turns.turn("other", "a", sequence=3, replaces_all=True):
            pass


async def test_a_write_that_gave_up_waiting_is_passed_over() -> None:
    writes = Writes()
    first, second, third = [await writes.begin(sequence) for sequence in (1, 3, 2)]
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    writes.go_on.set()
    await asyncio.gather(first, third)
    assert writes.order == [1, 2]


async def test_a_turn_given_to_a_write_that_is_cancelled_at_that_instant_is_passed_on() -> None:
    writes = Writes()
    first, second, third = [await writes.begin(sequence) for sequence in (1, 3, 2)]
    writes.go_on.set()
    while not first.done():
        await asyncio.sleep(0)
        if first.done():
            second.cancel()
    await asyncio.gather(first, second, third, return_exceptions=True)
    assert writes.order[0] == 1
    assert writes.order[-1] == 2


async def test_nothing_is_kept_of_a_document_whose_writes_have_ended() -> None:
    turns = DocumentTurns()
    async with turns.turn("t", "a", sequence=1, replaces_all=True):
        pass
    async with asyncio.timeout(1), turns.turn("t", "a", sequence=2, replaces_all=True):
        pass
    assert turns == DocumentTurns()


async def test_writes_that_give_up_in_one_instant_leave_the_document_writable() -> None:
    turns = DocumentTurns()

    async def hold(sequence: int) -> None:
        async with turns.turn("t", "a", sequence=sequence, replaces_all=True):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hold(sequence)) for sequence in range(5)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ends)
    async with asyncio.timeout(1), turns.turn("t", "a", sequence=9, replaces_all=True):
        pass
