"""The engine itself: answers requests about points with calls into one Qdrant Edge shard."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping
from functools import singledispatchmethod
from pathlib import Path
from typing import cast

import qdrant_edge as edge

from netgpt_docs_service.domain.search import SearchMode
from netgpt_docs_service.store import schema
from netgpt_docs_service.store.bm25 import bm25_model
from netgpt_docs_service.store.edge_filters import edge_filter
from netgpt_docs_service.store.edge_shard import open_shard
from netgpt_docs_service.store.filters import ScopedFilter
from netgpt_docs_service.store.point_reads import Count, Rank, Retrieve, Scores, Scroll
from netgpt_docs_service.store.point_writes import Delete, Fence, Flush, Upsert
from netgpt_docs_service.store.points import Point

_EXACT = edge.SearchParams(quantization=edge.QuantizationSearchParams(ignore=True))
_RESCORED = edge.SearchParams(
    quantization=edge.QuantizationSearchParams(rescore=True, oversampling=schema.OVERSAMPLING)
)
_OPTIMIZE_AFTER = 2_000  # changed points; a bite costs 0.25 s of fsync and 0.3 ms for each of them
_OPTIMIZE_AT_LAST = 4_000  # a bite of 1.5 s; waiting for a pause any longer makes it worse


class EdgeEngine:
    """One shard, used by one thread; every call holds the interpreter for its whole length."""

    def __init__(
        self,
        folder: Path,
        dimension: int,
        *,
        lock_timeout_s: float,
        indexes: Mapping[str, str] = schema.PAYLOAD_INDEXES,
    ) -> None:
        """Open the shard, creating it on the first start, with `indexes` on its payload."""
        self._shard = open_shard(folder, dimension, indexes=indexes, lock_timeout_s=lock_timeout_s)
        self._bm25 = bm25_model()
        self._unflushed = False
        self._unoptimized = 0

    @property
    def wants_optimizing(self) -> bool:
        """Whether enough points changed since the last time that a bite pays."""
        return self._unoptimized >= _OPTIMIZE_AFTER

    @property
    def needs_optimizing(self) -> bool:
        """Whether so many points changed that writes should wait for it."""
        return self._unoptimized >= _OPTIMIZE_AT_LAST

    def optimize(self) -> None:
        """Index and compact what changed; nothing else is answered meanwhile."""
        self._unoptimized = 0
        self._shard.optimize()

    def close(self) -> None:
        """Make everything durable and release the shard's lock."""
        self._shard.flush()
        self._shard.close()

    @singledispatchmethod
    def answer(self, request: object) -> object:
        """Answer one request; raises what the engine raises."""
        msg = f"no engine answers {request!r}"
        raise TypeError(msg)

    @answer.register
    def _(self, request: Retrieve) -> list[Point]:
        return _points(self._shard.retrieve(list(request.ids), True, False))  # noqa: FBT003  positional in the engine

    @answer.register
    def _(self, request: Scroll) -> tuple[list[Point], str | None]:
        records, following = self._shard.scroll(
            edge.ScrollRequest(
                offset=request.offset,
                limit=request.limit,
                filter=edge_filter(request.filter),
                with_payload=True if request.fields is None else list(request.fields),
                with_vector=[schema.DENSE] if request.with_vector else False,
            )
        )
        return _points(records), None if following is None else str(following)

    @answer.register
    def _(self, request: Count) -> int:
        condition = None if request.filter is None else edge_filter(request.filter)
        return self._shard.count(edge.CountRequest(exact=True, filter=condition))

    @answer.register
    def _(self, request: Rank) -> Scores:
        return _Ranking(self._shard, request, self._bm25.embed_query(request.words)).scores()

    @answer.register
    def _(self, request: Upsert) -> None:
        condition = None if request.condition is None else edge_filter(request.condition)
        mode = edge.UpdateMode.UpdateOnly if request.update_only else edge.UpdateMode.Upsert
        points = [self._indexed(point) for point in request.points]
        self._update(
            edge.UpdateOperation.upsert_points(points, condition, mode), changed=len(points)
        )

    @answer.register
    def _(self, request: Fence) -> None:
        # Not made durable for its own sake, so it costs no flush either.
        self._shard.update(
            edge.UpdateOperation.upsert_points(
                [self._indexed(request.point)],
                edge_filter(request.condition),
                edge.UpdateMode.UpdateOnly,
            )
        )

    @answer.register
    def _(self, request: Delete) -> None:
        if request.condition is None:
            operation = edge.UpdateOperation.delete_points(list(request.ids))
        else:
            matching = _among(request.ids, request.condition)
            operation = edge.UpdateOperation.delete_points_by_filter(matching)
        self._update(operation, changed=len(request.ids))

    @answer.register
    def _(self, _request: Flush) -> None:
        if self._unflushed:
            self._shard.flush()
            self._unflushed = False

    def _update(self, operation: edge.UpdateOperation, *, changed: int = 0) -> None:
        self._unflushed = True
        self._unoptimized += changed
        self._shard.update(operation)

    def _indexed(self, point: Point) -> edge.Point:
        if point.vector is None:
            return edge.Point(point.id, {}, point.payload)
        vectors: dict[str, edge.NamedVector] = {
            schema.DENSE: _floats(point.vector),
            schema.BM25: self._bm25.embed_document(point.words),
        }
        return edge.Point(point.id, vectors, point.payload)


class _Ranking:
    """The two lists of one query, each completed with the scores of what only the other found."""

    def __init__(self, shard: edge.EdgeShard, request: Rank, words: edge.SparseVector) -> None:
        self._shard = shard
        self._request = request
        self._filter = edge_filter(request.filter)
        self._nearest = edge.Query.Nearest(_floats(request.vector), using=schema.DENSE)
        self._has_words = bool(words.indices)
        self._wordiest = edge.Query.Nearest(words, using=schema.BM25)
        self._words_params = edge.SearchParams(
            idf=edge.IdfParams(corpus=edge_filter(request.corpus))
        )

    def scores(self) -> Scores:
        """Return id, cosine and BM25 of the union; BM25 is None when words were not asked."""
        mode = self._request.mode
        # One after the other: as one batch the two take 1 ms longer.
        cosines = {} if mode is SearchMode.SPARSE else self._best(self._nearest, _RESCORED)
        asks_words = self._has_words and mode is not SearchMode.DENSE
        weights = self._best(self._wordiest, self._words_params) if asks_words else {}
        cosines |= self._cosines(weights.keys() - cosines.keys())
        if mode is SearchMode.DENSE:
            return [(point_id, cosine, None) for point_id, cosine in cosines.items()]
        return [
            (point_id, cosine, weights.get(point_id, 0.0)) for point_id, cosine in cosines.items()
        ]

    def _best(self, query: edge.Query, params: edge.SearchParams) -> dict[str, float]:
        # Without payload: asking for it here costs 5 ms at 200 hits, a later retrieve 0.1 ms a hit.
        request = edge.QueryRequest(
            limit=self._request.limit, query=query, filter=self._filter, params=params
        )
        return {str(point.id): point.score for point in self._shard.query(request)}

    def _cosines(self, ids: set[str]) -> dict[str, float]:
        if not ids:
            return {}
        own = _among(ids, self._request.corpus)  # costs 0.04 ms of 0.1
        request = edge.QueryRequest(limit=len(ids), query=self._nearest, filter=own, params=_EXACT)
        return {str(point.id): point.score for point in self._shard.query(request)}


def _points(records: Iterable[edge.Record]) -> list[Point]:
    return [
        Point(str(record.id), record.payload or {}, _bytes(record.vector)) for record in records
    ]


def _among(ids: Collection[str], condition: ScopedFilter) -> edge.Filter:
    return edge.Filter(must=[edge.HasIdCondition(set(ids)), edge_filter(condition)])


def _floats(vector: bytes) -> list[float]:
    return array("f", vector).tolist()


def _bytes(vector: edge.Vector | None) -> bytes | None:
    dense = vector.get(schema.DENSE) if isinstance(vector, dict) else None
    return array("f", cast("list[float]", dense)).tobytes() if dense else None
