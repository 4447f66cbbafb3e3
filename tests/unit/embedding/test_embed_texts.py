"""Whole texts: how they become inputs, which lane they take, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from netgpt_docs_service.embedding.engine import LENGTH_STEP
from netgpt_docs_service.embedding.interface import TextKind
from netgpt_docs_service.embedding.measured_tokenizer import MeasuredTokenizer
from netgpt_docs_service.embedding.model_folder import ModelFolder
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer, load_tokenizer
from netgpt_docs_service.embedding.observer import Lane
from netgpt_docs_service.embedding.scheduled_embedder import SHORT_CALL_TOKENS
from netgpt_docs_service.errors import LimitExceeded
from tests.support.embedding_room import MAX_TOKENS, EmbeddingRoom, entered, opened_room, words
from tests.support.models import RecordingObserver
from tests.support.polling import until


@pytest.fixture
def prefixed(bge_folder: ModelFolder) -> ModelTokenizer:
    return load_tokenizer(
        bge_folder.tokenizer_file, query_prefix="search: ", passage_prefix="the passages: "
    )


@pytest_asyncio.fixture
async def held(
    prefixed: ModelTokenizer, observer: RecordingObserver
) -> AsyncIterator[EmbeddingRoom]:
    async with opened_room(prefixed, observer) as room:
        yield room


@pytest.fixture
def room(held: EmbeddingRoom) -> EmbeddingRoom:
    held.open_gates()
    return held


async def test_a_question_and_a_passage_get_their_own_prefix(
    room: EmbeddingRoom, prefixed: ModelTokenizer
) -> None:
    for kind in TextKind:
        await room.embedder.embed_texts(["router"], kind=kind)
    passage = prefixed.passage(prefixed.tokenize("router").ids)
    assert room.query.runs == [[prefixed.query("router")], [passage]]


async def test_vectors_come_in_order_with_the_tokens_they_cost(room: EmbeddingRoom) -> None:
    texts = [words(40), words(1), "", words(300)]
    embedded = await room.embedder.embed_texts(texts, kind=TextKind.QUERY)
    lengths = [vector[0] for vector in embedded.vectors]
    assert lengths == [size + 4 for size in (40, 1, 0, 300)]
    assert embedded.tokens == sum(lengths)


async def test_no_texts_are_no_vectors(room: EmbeddingRoom, observer: RecordingObserver) -> None:
    embedded = await room.embedder.embed_texts([], kind=TextKind.PASSAGE)
    assert (embedded.vectors, embedded.tokens) == ([], 0)
    assert observer.queues == []


async def test_a_short_call_is_answered_while_ingest_is_held(held: EmbeddingRoom) -> None:
    waiting = asyncio.create_task(held.embedder.embed_passages([[9]]))
    await entered(*held.ingest)
    held.query.gate.set()
    short = [words(SHORT_CALL_TOKENS // 2 - 4)] * 2
    assert (await held.embedder.embed_texts(short, kind=TextKind.QUERY)).tokens == SHORT_CALL_TOKENS
    assert not waiting.done()
    waiting.cancel()


async def test_a_longer_call_is_ingest(room: EmbeddingRoom, observer: RecordingObserver) -> None:
    longer = [words(SHORT_CALL_TOKENS // 2 - 4), words(SHORT_CALL_TOKENS // 2 - 3)]
    await room.embedder.embed_texts(longer, kind=TextKind.QUERY)
    assert observer.queues == [(Lane.INGEST, 2, SHORT_CALL_TOKENS + 1)]
    assert observer.tokenizings == [(Lane.INGEST, SHORT_CALL_TOKENS + 1)]


async def test_many_tiny_texts_are_ingest_as_their_padding_costs_too(
    room: EmbeddingRoom, observer: RecordingObserver
) -> None:
    for texts in (SHORT_CALL_TOKENS // LENGTH_STEP, SHORT_CALL_TOKENS // LENGTH_STEP + 1):
        await room.embedder.embed_texts(["a"] * texts, kind=TextKind.QUERY)
    assert [lane for lane, _, _ in observer.queues] == [Lane.QUERY, Lane.INGEST]


async def test_a_crowd_of_tiny_texts_does_not_stand_before_a_question(
    held: EmbeddingRoom, observer: RecordingObserver
) -> None:
    first = asyncio.create_task(held.embedder.embed_query("a"))
    await entered(held.query)
    calls = [held.embedder.embed_texts(["a"] * 20, kind=TextKind.QUERY) for _ in range(20)]
    crowd = asyncio.gather(first, *calls)
    await until(lambda: len(observer.queues) == 21, seconds=30)
    assert held.embedder.backlog.query_padded_tokens == 6 * 20 * LENGTH_STEP
    held.open_gates()
    assert len(await crowd) == 21


async def test_a_crowd_of_short_calls_does_not_stand_before_a_question(
    held: EmbeddingRoom, observer: RecordingObserver
) -> None:
    first = asyncio.create_task(held.embedder.embed_query("a"))
    await entered(held.query)
    calls = [held.embedder.embed_texts([words(496)], kind=TextKind.QUERY) for _ in range(20)]
    crowd = asyncio.gather(first, *calls)
    await until(lambda: len(observer.queues) == 21, seconds=30)
    assert held.embedder.backlog.query_tokens == 4 * 500
    held.open_gates()
    assert len(await crowd) == 21


@pytest.mark.parametrize("kind", TextKind)
async def test_a_text_too_long_is_named_and_nothing_is_embedded(
    room: EmbeddingRoom, observer: RecordingObserver, kind: TextKind
) -> None:
    with pytest.raises(LimitExceeded, match=rf"text 1 has 60\d tokens.* takes {MAX_TOKENS}"):
        await room.embedder.embed_texts(["a", words(600), "a"], kind=kind)
    assert (observer.queues, room.query.runs, room.ingest[0].runs) == ([], [], [])


async def test_a_hundred_thousand_tokens_are_refused(room: EmbeddingRoom) -> None:
    with pytest.raises(LimitExceeded, match="text 0 has 100004 tokens"):
        await room.embedder.embed_texts([words(100_000)], kind=TextKind.QUERY)


async def test_tokenizing_is_told_to_the_observer(
    room: EmbeddingRoom, observer: RecordingObserver, prefixed: ModelTokenizer
) -> None:
    await room.embedder.embed_query(words(3))
    await room.embedder.embed_texts([words(3), words(4)], kind=TextKind.QUERY)
    measured = MeasuredTokenizer(prefixed, observer)
    assert measured.tokenize(words(50)).ids == prefixed.tokenize(words(50)).ids
    assert measured.special_token_count == prefixed.special_token_count
    assert observer.tokenizings == [(Lane.QUERY, 7), (Lane.QUERY, 15), (Lane.INGEST, 50)]
