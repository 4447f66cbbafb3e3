"""Long texts become inputs in threads: bounded, each lane in its own, and accounted for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from netgpt_docs_service.embedding import input_maker
from netgpt_docs_service.embedding.input_maker import InputMaker
from netgpt_docs_service.embedding.interface import TextKind
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer
from netgpt_docs_service.embedding.observer import Lane
from netgpt_docs_service.errors import Overloaded, Unavailable
from tests.support.embedding_room import words
from tests.support.models import RecordingObserver
from tests.support.polling import until

LONG = words(500)
"""Of 3,499 characters: it is tokenized in a thread."""


@pytest.fixture
def maker(
    tokenizer: ModelTokenizer, observer: RecordingObserver, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InputMaker]:
    monkeypatch.setattr(input_maker, "_MOST_CHARACTERS", 5_000)
    monkeypatch.setattr(input_maker, "_CHARACTERS_PER_S", 100)
    maker = InputMaker(tokenizer, observer)
    yield maker
    maker.close()


@pytest.fixture
def gate(tokenizer: ModelTokenizer, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Passages are held before this; questions are not."""
    gate, passage = threading.Event(), tokenizer.passage
    monkeypatch.setattr(tokenizer, "passage", lambda ids: gate.wait(timeout=30) and passage(ids))
    yield gate
    gate.set()


async def test_too_many_characters_are_refused_counted_and_told_when_to_come_again(
    maker: InputMaker, gate: threading.Event, observer: RecordingObserver
) -> None:
    first = asyncio.create_task(maker.make(Lane.INGEST, [LONG], TextKind.PASSAGE))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded, match="3499 characters wait") as refused:
        await maker.make(Lane.INGEST, [LONG, ""], TextKind.PASSAGE)
    assert refused.value.retry_after_s == pytest.approx(34.99)
    assert observer.refusals == [(Lane.INGEST, 2, 0)]
    gate.set()
    assert (await first).tokens == 502
    assert (await maker.make(Lane.INGEST, [LONG], TextKind.PASSAGE)).tokens == 502


async def test_a_long_question_does_not_wait_for_other_texts(
    maker: InputMaker, gate: threading.Event
) -> None:
    texts = asyncio.create_task(maker.make(Lane.INGEST, [LONG], TextKind.PASSAGE))
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        assert (await maker.make(Lane.QUERY, [LONG], TextKind.QUERY)).tokens == 502
    assert not texts.done()
    gate.set()
    await texts


async def test_a_caller_that_left_is_counted_until_its_thread_has_ended(
    maker: InputMaker, gate: threading.Event
) -> None:
    gone = asyncio.create_task(maker.make(Lane.INGEST, [LONG], TextKind.PASSAGE))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone], timeout=30)
    assert gone.cancelled()
    with pytest.raises(Overloaded):
        async with asyncio.timeout(5):
            await maker.make(Lane.INGEST, [LONG], TextKind.PASSAGE)
    gate.set()
    await until(lambda: not any(maker._characters.values()), seconds=30)  # noqa: SLF001  no port
    assert (await maker.make(Lane.INGEST, [LONG], TextKind.PASSAGE)).tokens == 502


async def test_closing_fails_who_waits_and_who_comes_after(
    maker: InputMaker, gate: threading.Event
) -> None:
    waiting = asyncio.create_task(maker.make(Lane.INGEST, [LONG, ""], TextKind.PASSAGE))
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(maker.close))
    await until(lambda: maker._is_closed, seconds=30)  # noqa: SLF001  nothing else shows it
    gate.set()
    with pytest.raises(Unavailable, match="shutting down"):
        await waiting
    await closing
    with pytest.raises(Unavailable, match="shutting down"):
        await maker.make(Lane.INGEST, [LONG], TextKind.PASSAGE)
