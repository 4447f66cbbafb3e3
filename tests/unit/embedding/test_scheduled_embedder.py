"""Who is served when, and what happens to the others when something breaks."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer
from netgpt_docs_service.embedding.niceness import lower_priority
from netgpt_docs_service.embedding.observer import Lane
from netgpt_docs_service.embedding.work_queue import MOST_TEXTS
from netgpt_docs_service.errors import EmbeddingFailed, LimitExceeded, Overloaded, Unavailable
from netgpt_docs_service.observability.metrics import Metrics
from tests.support.embedding_room import (
    MAX_TOKENS,
    POISON,
    EmbeddingRoom,
    entered,
    lengths,
    opened_room,
    passages,
    words,
)
from tests.support.models import RecordingObserver
from tests.support.polling import until

ROUTER = 21.0  # the token of the word
OWN = (getattr(os, "PRIO_PROCESS", 0), 0)
NO_THREAD = 2**22 + 1  # Linux gives no number above 2**22


@pytest_asyncio.fixture
async def wide_room(
    tokenizer: ModelTokenizer, observer: RecordingObserver
) -> AsyncIterator[EmbeddingRoom]:
    async with opened_room(tokenizer, observer, ingest_engines=2) as room:
        yield room


@pytest_asyncio.fixture
async def busy_query(room: EmbeddingRoom) -> AsyncIterator[asyncio.Task[object]]:
    """A question of three tokens that the query engine is held on."""
    first: asyncio.Task[object] = asyncio.create_task(room.embedder.embed_query("a"))
    await entered(room.query)
    yield first
    room.open_gates()
    await asyncio.wait([first], timeout=30)


@pytest_asyncio.fixture
async def busy_ingest(room: EmbeddingRoom) -> AsyncIterator[asyncio.Task[object]]:
    """A passage of 500 tokens that the ingest engine is held on, before four more."""
    first: asyncio.Task[object] = asyncio.create_task(
        room.embedder.embed_passages(passages(*[500] * 5))
    )
    await entered(*room.ingest)
    yield first
    room.open_gates()
    await asyncio.wait([first], timeout=30)


async def test_a_question_is_answered_while_every_ingest_engine_is_held(
    wide_room: EmbeddingRoom,
) -> None:
    waiting = asyncio.create_task(wide_room.embedder.embed_passages(passages(*[500] * 9)))
    await entered(*wide_room.ingest)
    wide_room.query.gate.set()
    assert await wide_room.embedder.embed_query(words(3)) == [5.0, ROUTER]
    assert not waiting.done()
    waiting.cancel()


async def test_passages_are_embedded_while_the_query_engine_is_held(
    room: EmbeddingRoom, busy_query: asyncio.Task[object]
) -> None:
    room.ingest[0].gate.set()
    assert len(await room.embedder.embed_passages(passages(500, 400))) == 2
    assert not busy_query.done()


async def test_one_large_call_keeps_every_ingest_engine_busy(wide_room: EmbeddingRoom) -> None:
    large = asyncio.create_task(wide_room.embedder.embed_passages(passages(*[500] * 9)))
    await entered(*wide_room.ingest)
    wide_room.open_gates()
    assert await large == [[500.0, 9.0]] * 9


async def test_a_small_call_does_not_wait_for_all_of_a_large_one(
    room: EmbeddingRoom, busy_ingest: asyncio.Task[object]
) -> None:
    small = asyncio.create_task(room.embedder.embed_passages(passages(30)))
    await asyncio.sleep(0)
    room.open_gates()
    await asyncio.gather(busy_ingest, small)
    assert lengths(room.ingest[0]) == [[500], [500], [30], [500], [500], [500]]


async def test_questions_that_wait_are_computed_in_one_run(
    room: EmbeddingRoom, busy_query: asyncio.Task[object]
) -> None:
    waiting = [asyncio.create_task(room.embedder.embed_query(words(n))) for n in (4, 9)]
    await asyncio.sleep(0)
    room.open_gates()
    assert await asyncio.gather(*waiting) == [[6.0, ROUTER], [11.0, ROUTER]]
    assert lengths(room.query) == [[3], [6, 11]]
    assert busy_query.done()


async def test_a_question_whose_caller_has_gone_costs_nothing(
    room: EmbeddingRoom, busy_query: asyncio.Task[object]
) -> None:
    gone = asyncio.create_task(room.embedder.embed_query(words(4)))
    stays = asyncio.create_task(room.embedder.embed_query(words(9)))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone], timeout=30)
    room.open_gates()
    await asyncio.gather(stays, busy_query)
    assert lengths(room.query) == [[3], [11]]


async def test_ten_thousand_questions_at_once_are_refused_past_the_bound(
    room: EmbeddingRoom, busy_query: asyncio.Task[object], observer: RecordingObserver
) -> None:
    crowd = [asyncio.create_task(room.embedder.embed_query("a")) for _ in range(10_000)]
    done, waiting = await asyncio.wait(crowd, timeout=0)
    while len(done) < 10_000 - MOST_TEXTS:
        done, waiting = await asyncio.wait(crowd, return_when=asyncio.FIRST_COMPLETED)
    assert {type(each.exception()) for each in done} == {Overloaded}
    assert len(waiting) == MOST_TEXTS
    assert room.embedder.backlog.query_tokens == 3 * MOST_TEXTS
    assert len(observer.refusals) == len(done)
    room.open_gates()
    assert await asyncio.gather(*waiting) == [[3.0, 9.0]] * MOST_TEXTS
    assert busy_query.done()


async def test_a_text_that_breaks_a_run_fails_only_its_own_question(
    room: EmbeddingRoom, busy_query: asyncio.Task[object], observer: RecordingObserver
) -> None:
    waiting = [asyncio.create_task(room.embedder.embed_query(text)) for text in ("a", "and")]
    await asyncio.sleep(0)
    room.open_gates()
    good, bad = await asyncio.gather(*waiting, return_exceptions=True)
    assert good == [3.0, 9.0]
    assert isinstance(bad, EmbeddingFailed)
    assert [unit.texts for unit in observer.raises] == [2, 1]
    assert observer.failures == [(Lane.QUERY, 1, 3)]
    assert busy_query.done()


async def test_a_text_that_breaks_a_run_fails_only_its_own_ingest(
    room: EmbeddingRoom, busy_ingest: asyncio.Task[object]
) -> None:
    bad = asyncio.create_task(room.embedder.embed_passages(passages(40, 200, token=POISON)))
    good = asyncio.create_task(room.embedder.embed_passages(passages(200, 40)))
    await asyncio.sleep(0)
    room.open_gates()
    with pytest.raises(EmbeddingFailed):
        await bad
    assert await asyncio.gather(good, busy_ingest)
    poisoned = [len(ids) for run in room.ingest[0].runs for ids in run if POISON in ids]
    assert poisoned == [200, 200]  # together and alone; the rest of the call is dropped


async def test_a_full_lane_refuses_and_says_when_to_come_again(
    room: EmbeddingRoom, busy_ingest: asyncio.Task[object], observer: RecordingObserver
) -> None:
    waiting = asyncio.create_task(room.embedder.embed_passages(passages(*[500] * 196)))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded) as refused:
        await room.embedder.embed_passages(passages(3))
    assert refused.value.retry_after_s == pytest.approx(1_000)  # 100,000 tokens at 100 a second
    assert observer.refusals == [(Lane.INGEST, 1, 3)]
    waiting.cancel()
    assert not busy_ingest.done()


async def test_a_caller_that_went_while_a_run_failed_is_not_computed_again(
    room: EmbeddingRoom, busy_query: asyncio.Task[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, gone = (room.queue.put(Lane.QUERY, [[2, token, 3]]) for token in (POISON, 8))
    monkeypatch.setattr(room.query, "_fails", lambda ids: ids[1] == POISON and gone.cancel())
    room.open_gates()
    with pytest.raises(EmbeddingFailed):
        await asyncio.wrap_future(bad)
    assert await room.embedder.embed_query("a") == await busy_query
    assert [[ids[1] for ids in run] for run in room.query.runs] == [[9], [POISON, 8], [POISON], [9]]


async def test_closing_fails_who_waits_in_either_lane_and_ends_every_thread(
    room: EmbeddingRoom, busy_query: asyncio.Task[object], busy_ingest: asyncio.Task[object]
) -> None:
    waiting = [
        asyncio.create_task(room.embedder.embed_query("a")),
        asyncio.create_task(room.embedder.embed_passages(passages(50))),
    ]
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(room.embedder.close))
    refused = await asyncio.gather(*waiting, busy_ingest, return_exceptions=True)
    assert [type(each) for each in refused] == [Unavailable] * 3
    room.open_gates()
    await closing
    assert await busy_query == [3.0, 9.0]
    assert not room.embedder.is_alive


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_it_is_alive_only_while_every_thread_is(
    wide_room: EmbeddingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wide_room.embedder.is_alive
    wide_room.open_gates()
    monkeypatch.setattr(wide_room.ingest[1], "compute", sys.exit)
    monkeypatch.setattr(wide_room.ingest[0], "compute", sys.exit)
    lost = asyncio.create_task(wide_room.embedder.embed_passages(passages(50)))
    await until(lambda: not wide_room.embedder.is_alive, seconds=30)
    lost.cancel()
    assert await wide_room.embedder.embed_query("a") == [3.0, 9.0]


async def test_an_input_that_nobody_checked_is_refused_and_never_cut(
    room: EmbeddingRoom, observer: RecordingObserver
) -> None:
    room.open_gates()
    for lane in Lane:
        future = room.queue.put(lane, [[9] * 20, [9] * (MAX_TOKENS + 1)])
        with pytest.raises(LimitExceeded, match="text 1 has 513 tokens; the model takes 512"):
            await asyncio.wrap_future(future)
    assert observer.truncations == [(Lane.QUERY, 1), (Lane.INGEST, 1)]
    assert len(await room.embedder.embed_passages(passages(MAX_TOKENS))) == 1


async def test_normal_life_leaves_the_count_of_truncated_inputs_at_nought(
    tokenizer: ModelTokenizer,
) -> None:
    metrics = Metrics()
    name = 'netgpt_embedding_truncated_inputs_total{lane="ingest"}'
    async with opened_room(tokenizer, metrics) as room:
        room.open_gates()
        await room.embedder.embed_passages(passages(MAX_TOKENS))
        with pytest.raises(LimitExceeded):
            await room.embedder.embed_passages(passages(MAX_TOKENS + 1))
        assert f"{name} 0.0" in metrics.text().decode()
        future = room.queue.put(Lane.INGEST, [[9] * (MAX_TOKENS + 1)])
        await asyncio.wait([asyncio.wrap_future(future)], timeout=30)
    assert f"{name} 1.0" in metrics.text().decode()


async def test_a_report_tells_the_padding_from_the_texts(
    room: EmbeddingRoom, busy_query: asyncio.Task[object], observer: RecordingObserver
) -> None:
    waiting = [asyncio.create_task(room.embedder.embed_query(words(n))) for n in (4, 9)]
    await asyncio.sleep(0)
    room.open_gates()
    await asyncio.gather(*waiting, busy_query)
    assert [(unit.tokens, unit.computed_tokens) for unit in observer.units] == [(3, 16), (17, 32)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
async def test_ingest_lets_other_threads_go_first(
    room: EmbeddingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in (room.query, *room.ingest):
        monkeypatch.setattr(engine, "compute", lambda _: [[float(os.getpriority(*OWN))]])
    assert await room.embedder.embed_query("a") == [os.getpriority(*OWN)]
    assert await room.embedder.embed_passages(passages(50)) == [[15.0]]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_a_priority_that_cannot_be_lowered_stays(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        lower_priority([NO_THREAD])
    assert "stays as it is" in caplog.text
