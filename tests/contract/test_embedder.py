"""What every engine behind the Embedder port promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from sentence_transformers import SentenceTransformer

from netgpt_docs_service.embedding.interface import Embedder
from netgpt_docs_service.embedding.load import LoadedModel, load_embedding
from netgpt_docs_service.embedding.model_folder import open_model_folder
from netgpt_docs_service.embedding.model_source import resolve_model
from netgpt_docs_service.embedding.observer import Lane
from netgpt_docs_service.embedding.scheduled_embedder import ScheduledEmbedder
from netgpt_docs_service.embedding.torch_engine import load_torch_engine
from netgpt_docs_service.embedding.work_queue import WorkQueue
from netgpt_docs_service.errors import (
    EmbeddingFailed,
    LimitExceeded,
    ModelUnavailable,
    Overloaded,
    Unavailable,
)
from tests.support.models import (
    GatedEngine,
    RecordingObserver,
    edit_json,
    make_bge_folder,
)

POISON = 7
QUEUE_TOKENS = 1_000
TEXTS = (
    "reset the password of the router",
    "a",
    "network " * 200,
    "relevant passages, with punctuation!",
    "address table for the packet search",
    "\U00013000 \U00013001",  # in no vocabulary
)


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bge_folder(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="module", params=["tiny", pytest.param("bundled", marks=pytest.mark.model)])
def model_name(request: pytest.FixtureRequest, tiny_folder: Path) -> str:
    return str(tiny_folder) if request.param == "tiny" else "bundled"


@pytest.fixture(scope="module")
def loaded(model_name: str) -> Iterator[LoadedModel]:
    model = load_embedding(
        resolve_model(model_name, cache_dir=None, offline=True),
        name=model_name,
        threads=1,
        queue_tokens=100_000,
    )
    yield model
    model.embedder.close()


@pytest.fixture(scope="module")
def embedder(loaded: LoadedModel) -> Embedder:
    return loaded.embedder


@pytest.fixture(scope="module")
def reference(model_name: str) -> SentenceTransformer:
    folder = resolve_model(model_name, cache_dir=None, offline=True).path
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def tiny(tiny_folder: Path) -> Iterator[LoadedModel]:
    model = load_embedding(
        open_model_folder(tiny_folder), name="tiny", threads=1, queue_tokens=100_000
    )
    yield model
    model.embedder.close()


@pytest.fixture
def engine(tiny_folder: Path) -> GatedEngine:
    inner = load_torch_engine(tiny_folder, threads=1)
    return GatedEngine(inner, fails=lambda ids: POISON in ids)


@pytest.fixture
def observer() -> RecordingObserver:
    return RecordingObserver()


@pytest_asyncio.fixture
async def gated(
    tiny: LoadedModel, engine: GatedEngine, observer: RecordingObserver
) -> AsyncIterator[ScheduledEmbedder]:
    """An embedder whose engine is busy with one passage, until its gate is opened."""
    embedder = ScheduledEmbedder(
        engine,
        tokenizer=tiny.tokenizer,
        fingerprint=tiny.embedder.fingerprint,
        queue=WorkQueue(limit_tokens=QUEUE_TOKENS, tokens_per_s=100),
        observer=observer,
    )
    busy = asyncio.create_task(embedder.embed_passages([[9]]))
    await asyncio.to_thread(engine.entered.acquire, timeout=30)
    yield embedder
    engine.gate.set()
    await asyncio.wait([busy], timeout=30)
    await asyncio.to_thread(embedder.close)


async def test_vectors_have_the_promised_length_and_norm_one(embedder: Embedder) -> None:
    vector = await embedder.embed_query("how do I reset the router?")
    assert len(vector) == embedder.dimension == embedder.fingerprint.dimension
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


async def test_passages_are_what_sentence_transformers_makes_of_their_text(
    loaded: LoadedModel, reference: SentenceTransformer
) -> None:
    ids = [loaded.tokenizer.tokenize(text).ids for text in TEXTS]
    vectors = await loaded.embedder.embed_passages(ids)
    expected = reference.encode(list(TEXTS))
    assert min(map(np.dot, vectors, expected)) > 0.9999


async def test_queries_are_what_sentence_transformers_makes_of_prefix_and_text(
    loaded: LoadedModel, reference: SentenceTransformer
) -> None:
    vector = await loaded.embedder.embed_query(TEXTS[0])
    expected = reference.encode(loaded.profile.query_prefix + TEXTS[0])
    assert np.dot(vector, expected) > 0.9999


async def test_a_passage_has_one_vector_whoever_its_neighbours_are(loaded: LoadedModel) -> None:
    ids = [loaded.tokenizer.tokenize(text).ids for text in TEXTS]
    together = await loaded.embedder.embed_passages(ids)
    alone = [(await loaded.embedder.embed_passages([each]))[0] for each in ids]
    assert min(map(np.dot, together, alone)) > 0.9999


async def test_bge_embeds_a_question_unlike_a_passage(tiny: LoadedModel) -> None:
    ids = tiny.tokenizer.tokenize("reset the password").ids
    (passage,) = await tiny.embedder.embed_passages([ids])
    assert np.dot(await tiny.embedder.embed_query("reset the password"), passage) < 0.99


async def test_no_passages_are_no_vectors(embedder: Embedder) -> None:
    assert await embedder.embed_passages([]) == []


async def test_the_longest_passage_is_taken_and_one_token_more_refused(
    loaded: LoadedModel,
) -> None:
    limit = loaded.embedder.max_tokens
    room = limit - loaded.tokenizer.special_token_count
    assert len(await loaded.embedder.embed_passages([[9] * room])) == 1
    with pytest.raises(LimitExceeded, match=f"passage 1 has {limit + 1} tokens.* takes {limit}"):
        await loaded.embedder.embed_passages([[9], [9] * (room + 1)])


async def test_a_question_too_long_is_refused_with_both_numbers(loaded: LoadedModel) -> None:
    text = "network " * 3_000
    tokens = len(loaded.tokenizer.query(text))
    with pytest.raises(
        LimitExceeded, match=f"has {tokens} tokens.* takes {loaded.embedder.max_tokens}"
    ):
        await loaded.embedder.embed_query(text)


async def test_a_query_overtakes_passages_that_wait(
    gated: ScheduledEmbedder, engine: GatedEngine
) -> None:
    passages = asyncio.create_task(gated.embed_passages([[9] * 400, [9] * 400]))
    await asyncio.sleep(0)
    query = asyncio.create_task(gated.embed_query("reset"))
    await asyncio.sleep(0)
    engine.gate.set()
    await asyncio.wait_for(asyncio.gather(passages, query), timeout=30)
    assert [len(run[0]) < 100 for run in engine.runs] == [True, True, False, False]


async def test_a_full_queue_refuses_and_says_when_to_come_again(
    gated: ScheduledEmbedder, observer: RecordingObserver
) -> None:
    waiting = asyncio.create_task(gated.embed_passages([[9] * 498, [9] * 498]))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded) as refused:
        await gated.embed_passages([[9]])
    assert refused.value.retry_after_s == pytest.approx(10)  # 1,000 tokens at 100 a second
    assert observer.refusals == [(Lane.INGEST, 1, 3)]
    waiting.cancel()


async def test_a_caller_that_has_gone_costs_nothing(
    gated: ScheduledEmbedder, engine: GatedEngine
) -> None:
    gone = asyncio.create_task(gated.embed_passages([[11] * 300]))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone], timeout=30)
    assert gated.backlog.ingest_tokens == 0
    engine.gate.set()
    await asyncio.wait_for(gated.embed_passages([[12]]), timeout=30)
    assert [run[0][1] for run in engine.runs] == [9, 12]


async def test_a_failure_in_the_middle_fails_only_its_own_call(
    gated: ScheduledEmbedder, engine: GatedEngine
) -> None:
    bad = asyncio.create_task(gated.embed_passages([[9] * 300, [POISON] * 301, [9] * 302]))
    good = asyncio.create_task(gated.embed_passages([[9] * 20]))
    await asyncio.sleep(0)
    engine.gate.set()
    with pytest.raises(EmbeddingFailed):
        await asyncio.wait_for(bad, timeout=30)
    assert len(await asyncio.wait_for(good, timeout=30)) == 1
    assert 304 not in [len(run[0]) for run in engine.runs]  # what was left of the call is dropped


async def test_a_call_that_shared_a_unit_with_a_failure_is_answered(
    gated: ScheduledEmbedder, engine: GatedEngine, observer: RecordingObserver
) -> None:
    bad = asyncio.create_task(gated.embed_passages([[POISON]]))
    good = asyncio.create_task(gated.embed_passages([[9]]))
    await asyncio.sleep(0)
    engine.gate.set()
    with pytest.raises(EmbeddingFailed):
        await asyncio.wait_for(bad, timeout=30)
    assert len(await asyncio.wait_for(good, timeout=30)) == 1
    assert [unit.texts for unit in observer.failures] == [2, 1]


async def test_closing_fails_who_waits_and_refuses_who_comes(
    gated: ScheduledEmbedder, engine: GatedEngine
) -> None:
    waiting = asyncio.create_task(gated.embed_passages([[9]]))
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(gated.close))
    with pytest.raises(Unavailable, match="shutting down"):
        await asyncio.wait_for(waiting, timeout=30)
    engine.gate.set()
    await asyncio.wait_for(closing, timeout=30)
    with pytest.raises(Unavailable, match="shutting down"):
        await gated.embed_query("reset")


async def test_an_observer_hears_of_every_unit(
    gated: ScheduledEmbedder, engine: GatedEngine, observer: RecordingObserver
) -> None:
    engine.gate.set()
    await asyncio.wait_for(gated.embed_passages([[9] * 300, [9] * 301]), timeout=30)
    assert observer.queues == [(Lane.INGEST, 1, 3), (Lane.INGEST, 2, 605)]
    assert [(unit.texts, unit.tokens) for unit in observer.units] == [(1, 3), (1, 302), (1, 303)]


def test_a_model_with_broken_weights_is_refused(tmp_path: Path) -> None:
    folder = make_bge_folder(tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"half a file")
    with pytest.raises(ModelUnavailable, match="do not load as a model"):
        load_embedding(open_model_folder(folder), name="tiny", threads=1, queue_tokens=1)


def test_a_model_that_breaks_its_folders_promise_is_refused(tmp_path: Path) -> None:
    folder = make_bge_folder(tmp_path / "model")
    steps = open_model_folder(folder).modules
    edit_json(steps[1].path / "config.json", word_embedding_dimension=64)
    with pytest.raises(ModelUnavailable, match="32 numbers; its folder promises 64"):
        load_embedding(open_model_folder(folder), name="tiny", threads=1, queue_tokens=1)
