"""What a store asks of the engine that keeps its points, without changing anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from netgpt_docs_service.domain.search import SearchMode
from netgpt_docs_service.store.filters import ScopedFilter
from netgpt_docs_service.store.points import Point, Read

Scores: TypeAlias = list[tuple[str, float, float | None]]


@dataclass(frozen=True, slots=True)
class Retrieve(Read[list[Point]]):
    """Return the points of `ids` that exist, in any order, with all of their payload.

    `is_settled` asks for what most replicas agree on, where there are several; it raises
    StoreUnavailable while they do not. `tenant` is who asks: where there are replicas, one tenant's
    reads go to the same one.
    """

    ids: tuple[str, ...]
    is_settled: bool = False
    tenant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scroll(Read[tuple[list[Point], str | None]]):
    """Return one page of matching points by id, from `offset`, and where the next one begins."""

    filter: ScopedFilter
    limit: int
    offset: str | None = None
    fields: tuple[str, ...] | None = None
    with_vector: bool = False


@dataclass(frozen=True, slots=True)
class Count(Read[int]):
    """Count matching points exactly; without a filter, all there are."""

    filter: ScopedFilter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank(Read[Scores]):
    """Score the union of the best `limit` by cosine and by BM25: id, cosine, BM25.

    The frequency of words is counted over the points of `corpus`.
    """

    filter: ScopedFilter
    corpus: ScopedFilter
    words: str
    vector: bytes
    mode: SearchMode
    limit: int
