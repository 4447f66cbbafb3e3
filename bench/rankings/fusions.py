"""Other ways to make one list of two, to hold the service's against."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from netgpt_docs_service.domain.search import Candidate

Fusion: TypeAlias = Callable[[Sequence[Candidate]], list[float]]
RRF_SWEEP = (1, 2, 5, 10, 20, 60, 100)


def by_cosine(candidates: Sequence[Candidate]) -> list[float]:
    """Rank by the vectors alone."""
    return [each.dense_score for each in candidates]


def by_words(candidates: Sequence[Candidate]) -> list[float]:
    """Rank by the words alone; a chunk that has none of them is not found."""
    return [each.sparse_score or -1.0 for each in candidates]


def rrf(k: int, *, words: float = 1.0, limit: int = 100) -> Fusion:
    """Add reciprocal ranks, from 0 as in Qdrant, those of the words times `words`."""

    def fused(candidates: Sequence[Candidate]) -> list[float]:
        dense = _reciprocal(by_cosine(candidates), k, limit)
        sparse = _reciprocal(by_words(candidates), k, limit)
        return [one + words * other for one, other in zip(dense, sparse, strict=True)]

    return fused


def standardised(candidates: Sequence[Candidate]) -> list[float]:
    """Add the z-scores of cosine and BM25 over the union of both lists."""
    dense = _standard(by_cosine(candidates))
    sparse = _standard([each.sparse_score or 0.0 for each in candidates])
    return [one + other for one, other in zip(dense, sparse, strict=True)]


def _reciprocal(scores: Sequence[float], k: int, limit: int) -> list[float]:
    order = sorted(range(len(scores)), key=lambda index: -scores[index])[:limit]
    places = {index: place for place, index in enumerate(order) if scores[index] > -1.0}
    return [1.0 / (k + places[index]) if index in places else 0.0 for index in range(len(scores))]


def _standard(values: Sequence[float]) -> list[float]:
    mean = math.fsum(values) / max(1, len(values))
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / max(1, len(values)))
    return [(value - mean) / deviation if deviation else 0.0 for value in values]
