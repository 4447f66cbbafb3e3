"""What the engine's process holds in memory, and what that buys, side by side.

Each way of keeping vectors has a shard of its own with the same points, and is asked by a process
of its own: first with none of the shard's files in the page cache, then again.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qdrant_edge as edge

from bench.storing.corpus import CHUNKS_PER_DOCUMENT, DIMENSION, Corpus
from netgpt_docs_service.domain.chunks import chunk_id, manifest_id
from netgpt_docs_service.domain.search import SearchMode
from netgpt_docs_service.store import edge_shard, schema
from netgpt_docs_service.store.chunk_payloads import chunk_payload
from netgpt_docs_service.store.edge_engine import EdgeEngine
from netgpt_docs_service.store.filters import findable_of_tenant
from netgpt_docs_service.store.lexical import indexed_words
from netgpt_docs_service.store.payloads import manifest_payload
from netgpt_docs_service.store.point_reads import Rank, Retrieve
from netgpt_docs_service.store.point_writes import Upsert
from netgpt_docs_service.store.points import Point
from tests.support.resident_memory import memory_mb

QUERIES, BATCH = 200, 120


@dataclass(frozen=True, slots=True)
class Way:
    """One way of keeping vectors: the originals, whether int8 copies stand beside them, BM25."""

    originals: edge.Memory
    is_quantized: bool
    words: edge.Memory


WAYS = {
    "as the service": Way(edge.Memory.Cached, is_quantized=True, words=edge.Memory.Pinned),
    "BM25 cached": Way(edge.Memory.Cached, is_quantized=True, words=edge.Memory.Cached),
    "originals cold": Way(edge.Memory.Cold, is_quantized=True, words=edge.Memory.Cached),
    "f32 only, cached": Way(edge.Memory.Cached, is_quantized=False, words=edge.Memory.Cached),
    "f32 only, pinned": Way(edge.Memory.Pinned, is_quantized=False, words=edge.Memory.Pinned),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the ids that an exact scan ranks first."""

    rank: Rank
    nearest: set[str]


def compare_ways(folder: Path, chunk_count: int, tenant_count: int) -> None:
    """Print a table of all ways."""
    spawn = multiprocessing.get_context("spawn")
    print(
        "| way | opened | anonymous / file | cold median / p99 | anonymous / file | warm | recall |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for name in WAYS:
        for step in (_fill, _ask):
            child = spawn.Process(
                target=step, args=(folder / name, name, chunk_count, tenant_count)
            )
            child.start()
            child.join()


def _fill(folder: Path, name: str, chunk_count: int, tenant_count: int) -> None:
    corpus = Corpus(chunk_count, tenant_count)
    engine = _opened(folder, WAYS[name])
    batch: list[Point] = []
    for point in _points(corpus):
        batch.append(point)
        if len(batch) == BATCH:
            engine.answer(Upsert(points=tuple(batch)))
            batch = []
            if engine.wants_optimizing:
                engine.optimize()
    engine.answer(Upsert(points=tuple(batch)))
    engine.optimize()
    engine.close()
    questions = [_asked(corpus) for _ in range(QUERIES)]
    folder.with_suffix(".questions").write_bytes(pickle.dumps(questions))


def _ask(folder: Path, name: str, *_: int) -> None:
    questions: list[Asked] = pickle.loads(folder.with_suffix(".questions").read_bytes())  # noqa: S301  our own
    _forget_pages(folder)
    begin = time.perf_counter()
    engine = _opened(folder, WAYS[name])
    opened_s = time.perf_counter() - begin
    at_first, cold = _memory(), _times(engine, questions)
    at_last, warm = _memory(), _times(engine, questions)
    print(
        f"| {name} | {opened_s:.1f} s | {at_first} | {cold} | {at_last} | {warm} "
        f"| {_recall(engine, questions):.4f} |",
        flush=True,
    )
    engine.close()


def _opened(folder: Path, way: Way) -> EdgeEngine:
    as_served = edge_shard._config  # noqa: SLF001  there is no other door, and no caller needs one

    def config(dimension: int) -> edge.EdgeConfig:
        served: Any = as_served(dimension)
        dense = served.vectors[schema.DENSE]
        quantized = dense.quantization_config if way.is_quantized else None
        return edge.EdgeConfig(
            vectors={
                schema.DENSE: edge.EdgeVectorParams(
                    size=dimension,
                    distance=edge.Distance.Cosine,
                    memory=way.originals,
                    quantization_config=quantized,
                    hnsw_config=dense.hnsw_config,
                )
            },
            sparse_vectors={
                schema.BM25: edge.EdgeSparseVectorParams(
                    modifier=edge.Modifier.Idf, memory=way.words
                )
            },
            optimizers=served.optimizers,
        )

    edge_shard._config = config  # noqa: SLF001  this process has one way only
    try:
        return EdgeEngine(folder, DIMENSION, lock_timeout_s=1)
    finally:
        edge_shard._config = as_served  # noqa: SLF001  as it was


def _points(corpus: Corpus) -> Iterator[Point]:
    for tenant, manifest, chunks, vectors in corpus.documents:
        for chunk, vector in zip(chunks, vectors, strict=True):
            yield Point(
                chunk_id(tenant, chunk.doc_id, chunk.generation, chunk.index),
                chunk_payload(tenant, manifest, chunk),
                array("f", vector.tolist()).tobytes(),
                words=indexed_words(manifest, chunk),
            )
        yield Point(manifest_id(tenant, manifest.doc_id), manifest_payload(tenant, manifest))


def _asked(corpus: Corpus) -> Asked:
    tenant, query = corpus.tenant(), corpus.query()
    mine = findable_of_tenant(tenant)
    rank = Rank(
        filter=mine,
        corpus=mine,
        words=query.text,
        vector=array("f", query.vector).tobytes(),
        mode=SearchMode.HYBRID,
        limit=100,
    )
    nearest = {
        _chunk_id(corpus, number) for number in corpus.nearest(tenant, query.vector, count=10)
    }
    return Asked(rank, nearest)


def _chunk_id(corpus: Corpus, number: int) -> str:
    tenant, _, chunks, _ = corpus.documents[number // CHUNKS_PER_DOCUMENT]
    chunk = chunks[number % CHUNKS_PER_DOCUMENT]
    return chunk_id(tenant, chunk.doc_id, chunk.generation, chunk.index)


def _times(engine: EdgeEngine, questions: list[Asked]) -> str:
    times_ms = []
    for each in questions:
        begin = time.perf_counter()
        scores: Any = engine.answer(each.rank)
        engine.answer(Retrieve(tuple(point_id for point_id, *_ in scores[:10])))
        times_ms.append(1_000 * (time.perf_counter() - begin))
    times_ms.sort()
    return f"{times_ms[QUERIES // 2]:.1f} / {times_ms[int(QUERIES * 0.99)]:.1f} ms"


def _recall(engine: EdgeEngine, questions: list[Asked]) -> float:
    found = 0
    for each in questions:
        scores: Any = engine.answer(each.rank)
        scores.sort(key=lambda score: -score[1])
        found += len({point_id for point_id, *_ in scores[:10]} & each.nearest)
    return found / (10 * len(questions))


def _memory() -> str:
    memory = memory_mb(os.getpid())
    return f"{memory.anonymous:.0f} / {memory.file:.0f} MiB"


def _forget_pages(folder: Path) -> None:
    """Take the shard's files out of the page cache, as after a start of the machine."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
