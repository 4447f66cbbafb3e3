"""Load tenants' chunks into the embedded store and time what readers and writers feel.

    python bench/store.py [--chunks 100000] [--tenants 10] [--rate 28] [--memory] [--json FILE]

Documents of five chunks of 200 zipf words and clustered 384-dimensional vectors, loaded through
the port by 16 writers at once; a ticker of 5 ms in the same process shows every stall of the loop.
RATE is how many chunks a second the embedding engine makes: see bench/embedding.py. `--memory`
compares ways of keeping vectors instead.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from bench.storing.corpus import CHUNKS_PER_DOCUMENT, DIMENSION, NOW, Corpus, Written, unit
from bench.storing.lines import Line
from bench.storing.memory import compare_ways
from bench.storing.timing import timed_ms, watched
from netgpt_docs_service.domain.filters import Comparison
from netgpt_docs_service.domain.search import Candidate, CandidateQuery, SearchMode
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.interface import ManifestQuery
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.store.point_store import PointStore
from tests.support.resident_memory import memory_mb

WRITERS, QUERIES, LISTINGS, RECALL_QUERIES = 16, 300, 20, 100
LATER = 300  # documents that are written while others are searched
BULK_OVER_EMBEDDING = 20  # so that the store is never what an ingest waits for
MEDIAN_MS, P99_MS = 10, 40
CONDITIONS = {
    "of the tenant": None,
    "a fifth of it": Comparison("eq", "tags", "tag-1"),
    "three fifths": Comparison("in", "tags", ("tag-1", "tag-2", "tag-3")),
}
ON_METADATA = {
    "metadata.team": Comparison("eq", "metadata.team", "team-1"),
    "metadata.year": Comparison("gte", "metadata.year", 2015),
}
FILTERABLE = {"team": "keyword", "year": "integer"}

Query: TypeAlias = tuple[str, CandidateQuery]


async def load(store: PointStore, written: Sequence[Written], *, writers: int) -> None:
    documents = iter(written)

    async def writer() -> None:
        for tenant, manifest, chunks, vectors in documents:
            await store.write_chunks(tenant, manifest, chunks, vectors=vectors.tolist())
            await store.flip(tenant, manifest)

    await asyncio.gather(*(writer() for _ in range(writers)))


async def search(store: PointStore, tenant: str, query: CandidateQuery) -> list[Candidate]:
    candidates = await store.candidates(tenant, query)
    candidates.sort(key=lambda candidate: -candidate.dense_score - (candidate.sparse_score or 0))
    await store.resolve(tenant, [candidate.chunk_id for candidate in candidates[:10]])
    return candidates


async def search_next(store: PointStore, queries: list[Query]) -> None:
    await search(store, *queries.pop())


async def search_times(
    store: PointStore, corpus: Corpus, condition: Comparison | None = None
) -> list[float]:
    queries = [(corpus.tenant(), corpus.query(condition)) for _ in range(QUERIES)]
    return await timed_ms(QUERIES, partial(search_next, store, queries))


async def recall(store: PointStore, corpus: Corpus) -> float:
    found = 0
    for _ in range(RECALL_QUERIES):
        tenant, query = corpus.tenant(), replace(corpus.query(), mode=SearchMode.DENSE, limit=10)
        away = unit(corpus.rng.standard_normal(DIMENSION) * 0.05 + query.vector)
        query = replace(query, vector=away.tolist())
        hits = await store.resolve(
            tenant, [candidate.chunk_id for candidate in await store.candidates(tenant, query)]
        )
        numbers = {
            int(hit.chunk.doc_id[4:]) * CHUNKS_PER_DOCUMENT + hit.chunk.index for hit in hits
        }
        found += len(numbers & corpus.nearest(tenant, away, count=10))
    return found / (10 * RECALL_QUERIES)


async def measured_load(
    store: PointStore, corpus: Corpus, *, embedding_rate: float
) -> AsyncIterator[Line]:
    documents = corpus.documents[LATER:]
    begin = time.perf_counter()
    async with watched() as stalls:
        await load(store, documents, writers=WRITERS)
    rate = len(documents) * CHUNKS_PER_DOCUMENT / (time.perf_counter() - begin)
    wanted = BULK_OVER_EMBEDDING * embedding_rate
    yield Line("load through the port, 16 writers", rate, "chunks/s", wanted, is_floor=True)
    yield Line("longest stall of the loop, loading", 1_000 * stalls.longest_s, "ms", 50)


async def measured_search(store: PointStore, corpus: Corpus) -> AsyncIterator[Line]:
    async with watched() as stalls:
        for name, condition in CONDITIONS.items():
            times = await search_times(store, corpus, condition)
            yield Line(f"hybrid search, {name}, median", times[QUERIES // 2], "ms", MEDIAN_MS)
            yield Line(f"hybrid search, {name}, p99", times[int(QUERIES * 0.99)], "ms", P99_MS)
    yield Line("longest stall of the loop, searching", 1_000 * stalls.longest_s, "ms", 50)
    async for line in measured_on_metadata(store, corpus, "no index"):
        yield line
    writing = asyncio.create_task(load(store, corpus.documents[:LATER], writers=2))
    times = await search_times(store, corpus)
    await writing
    yield Line("... while 2 writers load, median", times[QUERIES // 2], "ms")
    yield Line("... while 2 writers load, p99", times[int(QUERIES * 0.99)], "ms")
    found = await recall(store, corpus)
    yield Line("recall@10 of the dense list", found, "", 0.985, is_floor=True)


async def measured_on_metadata(store: PointStore, corpus: Corpus, how: str) -> AsyncIterator[Line]:
    for name, condition in ON_METADATA.items():
        times = await search_times(store, corpus, condition)
        yield Line(f"hybrid search by {name}, {how}, median", times[QUERIES // 2], "ms")
        listing = ManifestQuery(now=NOW, limit=100, filter=condition)
        times = await timed_ms(LISTINGS, partial(store.manifests, "tenant-0", listing))
        yield Line(f"100 manifests by {name}, {how}, median", times[LISTINGS // 2], "ms")


async def measure(folder: Path, corpus: Corpus, *, embedding_rate: float) -> AsyncIterator[Line]:
    async with opened_collection(folder, DIMENSION, description={"model": "bench"}) as process:
        store = PointStore(process, is_sole_writer=True)
        async for line in measured_load(store, corpus, embedding_rate=embedding_rate):
            yield line
        async for line in measured_search(store, corpus):
            yield line
        listing = ManifestQuery(now=NOW, limit=100)
        times = await timed_ms(LISTINGS, lambda: store.manifests("tenant-0", listing))
        yield Line("100 manifests and their count, worst", times[-1], "ms", 100)
        yield Line("points", (await PointMaintenance(process).totals()).points, "")
        memory = memory_mb(process.pid or 0)
        yield Line("engine's process, anonymous memory", memory.anonymous, "MiB")
        yield Line("engine's process, pages of its files", memory.file, "MiB")
        begin = time.perf_counter()
    yield Line("close", time.perf_counter() - begin, "s")
    async for line in measured_reopening(folder, corpus):
        yield line


async def measured_reopening(folder: Path, corpus: Corpus) -> AsyncIterator[Line]:
    begin = time.perf_counter()
    async with opened_collection(folder, DIMENSION, description={"model": "bench"}):
        yield Line("reopen", time.perf_counter() - begin, "s", 5)
    begin = time.perf_counter()
    async with opened_collection(
        folder, DIMENSION, description={"model": "bench"}, filterable=FILTERABLE
    ) as process:
        yield Line("reopen and make two indexes", time.perf_counter() - begin, "s")
        store = PointStore(process, is_sole_writer=True)
        async for line in measured_on_metadata(store, corpus, "indexed"):
            yield line


async def run(chunk_count: int, tenant_count: int, embedding_rate: float) -> dict[str, float]:
    corpus = Corpus(chunk_count, tenant_count)
    gc.collect()
    gc.freeze()  # the corpus is ours: a collection that walks it would count as a stall
    folder = Path(tempfile.mkdtemp(prefix="bench-store-"))
    lines = []
    try:
        async for line in measure(folder, corpus, embedding_rate=embedding_rate):
            print(line, flush=True)
            lines.append(line)
    finally:
        shutil.rmtree(folder)
    return {line.name: line.value for line in lines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--tenants", type=int, default=10)
    parser.add_argument("--rate", type=float, default=28.0)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--json", type=Path, default=None)
    arguments = parser.parse_args()
    if arguments.memory:
        with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
            compare_ways(Path(folder), arguments.chunks, arguments.tenants)
        return
    report = asyncio.run(run(arguments.chunks, arguments.tenants, arguments.rate))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
