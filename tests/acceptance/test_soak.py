"""Minutes of everything at once: writes, kills, a hundred thousand chunks, ten thousand texts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.domain.documents import Document
from netgpt_docs_service.domain.search import Question, SearchMode
from netgpt_docs_service.embedding.cpu_features import computes_bf16
from netgpt_docs_service.embedding.engine_choice import EngineWish
from netgpt_docs_service.embedding.load import LoadedModel, load_embedding
from netgpt_docs_service.embedding.model_source import resolve_model
from netgpt_docs_service.errors import NotFound, StoreUnavailable
from netgpt_docs_service.observability.metrics import Metrics
from tests.support.fakes import ParagraphChunker
from tests.support.protocol import PHRASE, text_of
from tests.support.quick_service import (
    TENANT,
    QuickService,
    WideEmbedder,
    opened_quick_service,
    wide_document,
)
from tests.support.resident_memory import resident_mb

pytestmark = [pytest.mark.soak, pytest.mark.process, pytest.mark.timeout(1200)]

CHAOS_S = 120.0
WRITERS = 5
DOCUMENTS_OF_A_WRITER = 4
State = tuple[str, str | None] | None
"""Text and title of a document; None when there is none."""


@dataclass(slots=True)
class Author:
    """Writes some documents nobody else writes, and knows in which states each may be.

    After an answer there is one; a write that failed as unavailable may be in or not.
    """

    quick: QuickService
    rng: random.Random
    states: dict[str, set[State]] = field(default_factory=dict)
    acknowledged: int = 0
    failed: int = 0

    async def write(self, until_s: float) -> None:
        while time.monotonic() < until_s:
            doc_id = self.rng.choice(sorted(self.states))
            act = self.rng.choices((self.ingest, self.patch, self.delete, self.ask), (5, 3, 1, 4))
            try:
                await act[0](doc_id)
                self.acknowledged += 1
            except StoreUnavailable:
                self.failed += 1
            await asyncio.sleep(0)

    async def ingest(self, doc_id: str) -> None:
        text = text_of(self.rng.randrange(10**6), self.rng.randrange(1, 80))
        before, after = self.states[doc_id], {(text, None)}
        self.states[doc_id] = before | after
        await self.quick.use_cases.ingest.ingest(TENANT, Document(doc_id=doc_id, text=text))
        self.states[doc_id] = set(after)

    async def patch(self, doc_id: str) -> None:
        title = f"title {self.rng.randrange(10**6)}"
        before = self.states[doc_id]
        after: set[State] = {(state[0], title) for state in before if state is not None}
        self.states[doc_id] = before | after
        try:
            await self.quick.use_cases.change_fields.change(
                TENANT, doc_id, lambda fields: replace(fields, title=title)
            )
        except NotFound:
            assert None in before
            after = {None}
        self.states[doc_id] = after

    async def delete(self, doc_id: str) -> None:
        before = self.states[doc_id]
        self.states[doc_id] = before | {None}
        try:
            await self.quick.use_cases.delete.delete(TENANT, doc_id)
        except NotFound:
            assert None in before
        self.states[doc_id] = {None}

    async def ask(self, doc_id: str) -> None:
        question = Question(text=f"{PHRASE} {doc_id}", top_k=20)
        hits = (await self.quick.use_cases.search.search(TENANT, question)).hits
        sets = {(hit.chunk.doc_id, hit.chunk.generation) for hit in hits}
        assert len(sets) == len({name for name, _ in sets})


@pytest.fixture
def authors(quick: QuickService) -> list[Author]:
    names = iter(range(WRITERS * DOCUMENTS_OF_A_WRITER))
    return [
        Author(
            quick,
            random.Random(number),
            {f"doc-{next(names)}": {None} for _ in range(DOCUMENTS_OF_A_WRITER)},
        )
        for number in range(WRITERS)
    ]


@pytest.fixture
async def quick(quick_folder: Path) -> AsyncIterator[QuickService]:
    async with opened_quick_service(quick_folder) as quick:
        yield quick


async def kill_now_and_then(quick: QuickService, until_s: float) -> int:
    rng, kills = random.Random(11), 0
    while time.monotonic() < until_s:
        await asyncio.sleep(rng.uniform(0.5, 4))
        if quick.engine.pid is not None:
            os.kill(quick.engine.pid, signal.SIGKILL)
            kills += 1
    return kills


async def answers_again(quick: QuickService) -> None:
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(StoreUnavailable):
                return await quick.maintenance.ping()
            await asyncio.sleep(0.01)


async def state_of(quick: QuickService, doc_id: str) -> State:
    try:
        verification = await quick.use_cases.read.verify(TENANT, doc_id)
        assert verification.is_whole
        text = (await quick.use_cases.read.text(TENANT, doc_id)).text
    except NotFound:
        return None
    return text, verification.manifest.fields.title


async def test_every_acknowledged_write_holds_while_the_engine_is_killed_again_and_again(
    quick: QuickService, authors: list[Author]
) -> None:
    until_s = time.monotonic() + CHAOS_S
    killing = asyncio.create_task(kill_now_and_then(quick, until_s))
    await asyncio.gather(*(author.write(until_s) for author in authors))
    kills = await killing
    await answers_again(quick)
    print(
        f"{kills} kills, {sum(author.acknowledged for author in authors)} operations answered, "
        f"{sum(author.failed for author in authors)} unavailable"
    )
    assert kills > 10
    for author in authors:
        for doc_id, states in author.states.items():
            assert await state_of(quick, doc_id) in states
    await quick.use_cases.ingest.ingest(TENANT, Document(doc_id="after", text="after"))


async def test_nothing_stale_is_left_of_killed_writes_once_they_are_old(
    quick: QuickService, authors: list[Author]
) -> None:
    until_s = time.monotonic() + CHAOS_S / 8
    killing = asyncio.create_task(kill_now_and_then(quick, until_s))
    await asyncio.gather(*(author.write(until_s) for author in authors))
    await killing
    await answers_again(quick)
    left = await quick.sets()
    now = quick.use_cases.sweep.now
    age = 2 * quick.use_cases.sweep.max_write_age
    swept = await replace(quick.use_cases.sweep, now=lambda: now() + age).sweep()
    print(f"{sum(map(len, left.values()))} sets, {swept.chunks} stale chunks swept")
    for doc_id, generations in (await quick.sets()).items():
        manifest = await quick.use_cases.read.manifest(TENANT, doc_id)
        assert generations == {manifest.generation}


DOCUMENTS, CHUNKS, QUERIES, TOP_K = 1000, 100, 50, 10


async def test_search_is_still_right_over_a_hundred_thousand_chunks(quick_folder: Path) -> None:
    embedder = WideEmbedder()
    began_s = time.perf_counter()
    async with opened_quick_service(quick_folder, embedder=embedder) as quick:
        numbers = iter(range(DOCUMENTS))

        async def write() -> None:
            for number in numbers:
                await quick.use_cases.ingest.ingest(TENANT, wide_document(number, chunks=CHUNKS))

        await asyncio.gather(*(write() for _ in range(4)))
        print(f"\n100,000 chunks loaded in {time.perf_counter() - began_s:.0f} s")
        print(f"RSS: service {resident_mb(os.getpid()):.0f} MiB, ", end="")
        print(f"engine {resident_mb(quick.engine.pid or 0):.0f} MiB")
    began_s = time.perf_counter()
    async with opened_quick_service(quick_folder, embedder=embedder) as quick:
        print(f"opened again in {time.perf_counter() - began_s:.2f} s")
        recall = await recall_of(quick, embedder)
        print(f"recall of {QUERIES} queries against brute force: {recall:.3f}")
        print(f"RSS: engine {resident_mb(quick.engine.pid or 0):.0f} MiB")
    assert recall >= 0.98


@dataclass(frozen=True, slots=True)
class BruteForce:
    """Every vector in one matrix: what the nearest chunks truly are."""

    names: list[tuple[str, int]]
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]

    @classmethod
    async def over(cls, embedder: WideEmbedder) -> BruteForce:
        names: list[tuple[str, int]] = []
        vectors = np.empty((DOCUMENTS * CHUNKS, embedder.dimension), np.float32)
        for number in range(DOCUMENTS):
            document = wide_document(number, chunks=CHUNKS)
            for passage in await ParagraphChunker().chunk(document.text, media_type="text/plain"):
                vectors[len(names)] = embedder.vector(str(passage.token_ids))
                names.append((document.doc_id, passage.index))
        return cls(names, vectors)

    def nearest(self, vector: Sequence[float]) -> set[tuple[str, int]]:
        order = np.argsort(-(self.vectors @ np.array(vector, np.float32)))
        return {self.names[each] for each in order[:TOP_K]}


async def recall_of(quick: QuickService, embedder: WideEmbedder) -> float:
    """Return how many of the truly nearest chunks searches find, in [0, 1]."""
    truth, found = await BruteForce.over(embedder), 0
    for number in range(QUERIES):
        question = Question(text=f"question {number}", top_k=TOP_K, mode=SearchMode.DENSE)
        hits = (await quick.use_cases.search.search(TENANT, question)).hits
        expected = truth.nearest(embedder.vector(question.text))
        found += len(expected & {(hit.chunk.doc_id, hit.chunk.index) for hit in hits})
    return found / (QUERIES * TOP_K)


TEXTS, WARM, LOOK_EVERY, AT_ONCE = 10_000, 200, 1_000, 20


@pytest.fixture
def model(model_cache: Path) -> Iterator[LoadedModel]:
    folder = resolve_model("bundled", cache_dir=None, offline=True, download_deadline_s=1)
    wish = EngineWish(threads=2, cache_dir=model_cache, has_bf16=computes_bf16())
    model = load_embedding(
        folder, name="bundled", wish=wish, queue_tokens=1_000_000, observer=Metrics()
    )
    yield model
    model.embedder.close()


@pytest.mark.model
async def test_memory_does_not_grow_with_the_number_of_texts(model: LoadedModel) -> None:
    chunker = TokenChunker(model.tokenizer, chunk_tokens=256, overlap_tokens=32)
    rng, began_s, seen_mb = random.Random(3), time.perf_counter(), []

    async def embed() -> None:
        length = int(rng.paretovariate(1.2) * 6) % 150
        text = " ".join(f"word{rng.randrange(5000)}" for _ in range(length + 1))
        passages = await chunker.chunk(text, media_type="text/plain")
        await model.embedder.embed_passages([each.token_ids for each in passages])

    for done in range(0, TEXTS, AT_ONCE):
        if done == WARM or done % LOOK_EVERY == 0:
            seen_mb.append(resident_mb(os.getpid()))
        await asyncio.gather(*(embed() for _ in range(AT_ONCE)))
    chunker.close()
    seen_mb.append(resident_mb(os.getpid()))
    took_s, sizes = time.perf_counter() - began_s, ", ".join(f"{mb:.0f}" for mb in seen_mb)
    print(f"\n{TEXTS} texts in {took_s:.0f} s")
    print(f"RSS after 0, {WARM}, {LOOK_EVERY}, ... of them: {sizes} MiB")
    assert seen_mb[-1] <= 1.1 * seen_mb[1]  # of what it was after the first 200
