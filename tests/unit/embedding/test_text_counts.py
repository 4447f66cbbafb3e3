"""What the embedder tells of the texts it took on: each of them ends once."""

from __future__ import annotations

import asyncio

import pytest

from netgpt_docs_service.embedding.observer import Lane
from tests.support.embedding_room import MAX_TOKENS, POISON, EmbeddingRoom, entered
from tests.support.models import RecordingObserver


@pytest.mark.parametrize("lane", Lane)
async def test_each_queued_text_ends_once_as_finished_failed_or_dropped(
    room: EmbeddingRoom, observer: RecordingObserver, lane: Lane
) -> None:
    good, bad, long = [2, 9, 3], [2, POISON, 3], [9] * (MAX_TOKENS + 1)
    held = room.queue.put(lane, [good])
    await entered(room.query if lane is Lane.QUERY else room.ingest[0])
    calls = [room.queue.put(lane, inputs) for inputs in ([good], [bad, good], [good], [good, long])]
    calls[2].cancel()
    room.open_gates()
    await asyncio.gather(*map(asyncio.wrap_future, [held, *calls]), return_exceptions=True)
    await asyncio.to_thread(room.embedder.close)
    finished, failed, dropped = (
        sum(unit.texts for unit in observer.units),
        sum(texts for _, texts, _ in observer.failures),
        sum(texts for _, texts, _ in observer.drops),
    )
    assert len(observer.raises) == 2  # together, and the bad call alone
    assert (failed, dropped) == (3, 1)
    assert sum(texts for _, texts, _ in observer.queues) == finished + failed + dropped


async def test_a_caller_that_left_during_a_run_that_raised_is_dropped(
    room: EmbeddingRoom, observer: RecordingObserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = room.queue.put(Lane.QUERY, [[2, 9, 3]])
    await entered(room.query)
    bad, gone = (room.queue.put(Lane.QUERY, [[2, token, 3]]) for token in (POISON, 8))
    monkeypatch.setattr(room.query, "_fails", lambda ids: ids[1] == POISON and gone.cancel())
    room.open_gates()
    await asyncio.gather(*map(asyncio.wrap_future, [held, bad]), return_exceptions=True)
    await asyncio.to_thread(room.embedder.close)
    assert (observer.failures, observer.drops) == ([(Lane.QUERY, 1, 3)], [(Lane.QUERY, 1, 3)])
