"""Load a tenant's chunks into the embedded store and time what readers and writers feel.

    python bench/store.py [--chunks 50000] [--json FILE]

Documents of five chunks of 200 zipf words and clustered 384-dimensional vectors, loaded through
the port by 16 writers at once; a ticker of 5 ms in the same process shows every stall of the loop.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.documents import DocumentFields, Manifest
from netgpt_docs_service.domain.filters import Comparison
from netgpt_docs_service.domain.search import Candidate, CandidateQuery, SearchMode
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.interface import ManifestQuery
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.store.point_store import PointStore

DIMENSION, CHUNKS_PER_DOCUMENT, WORDS_PER_CHUNK, VOCABULARY = 384, 5, 200, 20_000
WRITERS, QUERIES, LISTINGS, RECALL_QUERIES, TICK_S = 16, 300, 20, 50, 0.005
CONTENT_WORDS = 3_000  # questions are made of the commoner words, without the 20 commonest
LATER = 300  # documents that are written while others are searched
CONDITIONS = {
    "of the tenant": None,
    "a fifth of it": Comparison("eq", "tags", "tag-1"),
    "three fifths": Comparison("in", "tags", ("tag-1", "tag-2", "tag-3")),
}
TENANT, NOW = "bench", datetime(2026, 1, 1, tzinfo=UTC)


Written: TypeAlias = tuple[Manifest, list[Chunk], npt.NDArray[np.float32]]


@dataclass
class Corpus:
    """Documents made from one seed; nothing is read from a disk."""

    chunk_count: int
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def __post_init__(self) -> None:
        centers = self.rng.standard_normal((200, DIMENSION))
        members = centers[self.rng.integers(0, 200, self.chunk_count)]
        noise = self.rng.standard_normal((self.chunk_count, DIMENSION))
        self.vectors = unit(members + 0.8 * noise)
        weights = 1 / np.arange(1, VOCABULARY + 1)
        self.word_weights = weights / weights.sum()
        self.documents = list(self._documents())

    def text(self, word_count: int) -> str:
        words = self.rng.choice(VOCABULARY, size=word_count, p=self.word_weights)
        return " ".join(f"w{word}" for word in words)

    def query(self, condition: Comparison | None = None) -> CandidateQuery:
        near = self.vectors[self.rng.integers(0, self.chunk_count)]
        vector = unit(near + 0.05 * self.rng.standard_normal(DIMENSION))
        return CandidateQuery(
            text=" ".join(f"w{word}" for word in self.rng.integers(20, CONTENT_WORDS, 8)),
            vector=vector.tolist(),
            mode=SearchMode.HYBRID,
            limit=100,
            now=NOW,
            filter=condition,
        )

    def _documents(self) -> Iterator[Written]:
        for number in range(self.chunk_count // CHUNKS_PER_DOCUMENT):
            manifest = manifest_of(number)
            first = number * CHUNKS_PER_DOCUMENT
            vectors = self.vectors[first : first + CHUNKS_PER_DOCUMENT]
            texts = [self.text(WORDS_PER_CHUNK) for _ in range(CHUNKS_PER_DOCUMENT)]
            yield manifest, [chunk_of(manifest, i, text) for i, text in enumerate(texts)], vectors


class Stalls:
    """The longest time during which the event loop ran nothing."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK_S)
            self.longest_s = max(self.longest_s, time.perf_counter() - before - TICK_S)


@dataclass(frozen=True)
class Line:
    """One line of the table; a limit of None is only reported."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    is_floor: bool = False

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return "-"
        kept = self.value >= self.limit if self.is_floor else self.value <= self.limit
        return f"{'PASS' if kept else 'FAIL'} ({'≥' if self.is_floor else '≤'} {self.limit:g})"


def unit(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    normed: npt.NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return normed.astype(np.float32)


def manifest_of(number: int) -> Manifest:
    return Manifest(
        doc_id=f"doc-{number}",
        sequence=1_700_000_000_000_000 + number,
        generation=f"{1_700_000_000_000_000 + number}-1",
        version=1_700_000_000_000_000 + number,
        fields=DocumentFields(
            title="A title", tags=(f"tag-{number % 5}",), metadata={"year": 2015 + number % 10}
        ),
        chunk_count=CHUNKS_PER_DOCUMENT,
        created_at=NOW,
        updated_at=NOW,
    )


def chunk_of(manifest: Manifest, index: int, text: str) -> Chunk:
    return Chunk(
        doc_id=manifest.doc_id,
        generation=manifest.generation or "",
        sequence=manifest.sequence,
        index=index,
        text=text,
        chunk_hash=f"{hash(text):x}",
        char_start=0,
        char_end=len(text),
        token_count=WORDS_PER_CHUNK + 2,
        heading_path=("Part", "Section"),
    )


@asynccontextmanager
async def watched() -> AsyncIterator[Stalls]:
    stalls = Stalls()
    ticker = asyncio.create_task(stalls.watch())
    try:
        yield stalls
    finally:
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker


async def load(store: PointStore, written: Sequence[Written], *, writers: int) -> None:
    documents = iter(written)

    async def writer() -> None:
        for manifest, chunks, vectors in documents:
            await store.write_chunks(TENANT, manifest, chunks, vectors=vectors.tolist())
            await store.flip(TENANT, manifest)

    await asyncio.gather(*(writer() for _ in range(writers)))


async def search(store: PointStore, query: CandidateQuery) -> list[Candidate]:
    candidates = await store.candidates(TENANT, query)
    candidates.sort(key=lambda candidate: -candidate.dense_score - (candidate.sparse_score or 0))
    await store.resolve(TENANT, [candidate.chunk_id for candidate in candidates[:10]])
    return candidates


async def search_next(store: PointStore, queries: list[CandidateQuery]) -> None:
    await search(store, queries.pop())


async def timed_ms(repeat: int, call: Callable[[], Awaitable[object]]) -> list[float]:
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        await call()
        times.append(1_000 * (time.perf_counter() - begin))
    return sorted(times)


async def recall(store: PointStore, corpus: Corpus) -> float:
    found = 0
    for _ in range(RECALL_QUERIES):
        vector = unit(corpus.rng.standard_normal(DIMENSION) + 4 * corpus.query().vector[0])
        query = CandidateQuery(
            text="", vector=vector.tolist(), mode=SearchMode.DENSE, limit=10, now=NOW
        )
        hits = await store.resolve(
            TENANT, [candidate.chunk_id for candidate in await store.candidates(TENANT, query)]
        )
        numbers = {
            int(hit.chunk.doc_id[4:]) * CHUNKS_PER_DOCUMENT + hit.chunk.index for hit in hits
        }
        found += len(numbers & set(np.argsort(-(corpus.vectors @ vector))[:10].tolist()))
    return found / (10 * RECALL_QUERIES)


async def measured_load(store: PointStore, corpus: Corpus) -> AsyncIterator[Line]:
    documents = corpus.documents[LATER:]
    begin = time.perf_counter()
    async with watched() as stalls:
        await load(store, documents, writers=WRITERS)
    took_s = time.perf_counter() - begin
    chunk_count = len(documents) * CHUNKS_PER_DOCUMENT
    yield Line("load through the port, 16 writers", chunk_count / took_s, "chunks/s")
    yield Line("longest stall of the loop, loading", 1_000 * stalls.longest_s, "ms", 50)


async def measured_search(store: PointStore, corpus: Corpus) -> AsyncIterator[Line]:
    async with watched() as stalls:
        for name, condition in CONDITIONS.items():
            queries = [corpus.query(condition) for _ in range(QUERIES)]
            times = await timed_ms(QUERIES, partial(search_next, store, queries))
            yield Line(f"hybrid search, {name}, median", times[QUERIES // 2], "ms", 10)
            yield Line(f"hybrid search, {name}, p99", times[int(QUERIES * 0.99)], "ms", 40)
    yield Line("longest stall of the loop, searching", 1_000 * stalls.longest_s, "ms", 50)
    queries = [corpus.query() for _ in range(QUERIES)]
    writing = asyncio.create_task(load(store, corpus.documents[:LATER], writers=2))
    times = await timed_ms(QUERIES, partial(search_next, store, queries))
    await writing
    yield Line("... while 2 writers load, median", times[QUERIES // 2], "ms")
    yield Line("... while 2 writers load, p99", times[int(QUERIES * 0.99)], "ms")


async def measure(folder: Path, corpus: Corpus) -> AsyncIterator[Line]:
    async with opened_collection(folder, DIMENSION, description={"model": "bench"}) as process:
        store = PointStore(process, is_sole_writer=True)
        for part in (measured_load, measured_search):
            async for line in part(store, corpus):
                yield line
        listing = ManifestQuery(now=NOW, limit=100)
        times = await timed_ms(LISTINGS, lambda: store.manifests(TENANT, listing))
        yield Line("100 manifests and their count, worst", times[-1], "ms", 100)
        found = await recall(store, corpus)
        yield Line("recall@10 of the dense list", found, "", 0.99, is_floor=True)
        yield Line("points", (await PointMaintenance(process).totals()).points, "")
        begin = time.perf_counter()
    yield Line("close", time.perf_counter() - begin, "s")
    begin = time.perf_counter()
    async with opened_collection(folder, DIMENSION, description={"model": "bench"}):
        yield Line("reopen", time.perf_counter() - begin, "s", 5)


async def run(chunk_count: int) -> dict[str, float]:
    corpus = Corpus(chunk_count)
    gc.collect()
    gc.freeze()  # the corpus is ours: a collection that walks it would count as a stall
    folder = Path(tempfile.mkdtemp(prefix="bench-store-"))
    lines = []
    try:
        async for line in measure(folder, corpus):
            print(f"{line.name:40} {line.value:10.2f} {line.unit:9} {line.verdict}", flush=True)
            lines.append(line)
    finally:
        shutil.rmtree(folder)
    return {line.name: line.value for line in lines}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=50_000)
    parser.add_argument("--json", type=Path, default=None)
    arguments = parser.parse_args()
    report = asyncio.run(run(arguments.chunks))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(report, indent=2))
