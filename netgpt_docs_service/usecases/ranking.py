"""Order candidates: one score from the cosine and the words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from netgpt_docs_service.domain.search import Candidate, SearchMode


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with the score that decides its place, in [0, 1]."""

    candidate: Candidate
    score: float


def rank(candidates: Sequence[Candidate], mode: SearchMode) -> list[Ranked]:
    """Return the candidates best first; equal scores are ordered by chunk id.

    hybrid: cosine and BM25, each standardised over the union of both lists, are added. On two
    sets that were kept out of tuning this ranks better than any reciprocal-rank fusion.
    """
    scores = _SCORES[mode](candidates)
    ranked = [Ranked(each, score) for each, score in zip(candidates, scores, strict=True)]
    return sorted(ranked, key=lambda each: (-each.score, each.candidate.chunk_id))


def _dense(candidates: Sequence[Candidate]) -> list[float]:
    return [max(0.0, each.dense_score) for each in candidates]


def _sparse(candidates: Sequence[Candidate]) -> list[float]:
    return [_words(each) / (1.0 + _words(each)) for each in candidates]


def _hybrid(candidates: Sequence[Candidate]) -> list[float]:
    dense = _standardised([each.dense_score for each in candidates])
    sparse = _standardised([_words(each) for each in candidates])
    return [1.0 / (1.0 + math.exp(-(a + b))) for a, b in zip(dense, sparse, strict=True)]


_SCORES = {SearchMode.DENSE: _dense, SearchMode.SPARSE: _sparse, SearchMode.HYBRID: _hybrid}


def _words(candidate: Candidate) -> float:
    return candidate.sparse_score or 0.0


def _standardised(values: Sequence[float]) -> list[float]:
    if not values:
        return []
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    if deviation == 0.0:
        return [0.0] * len(values)
    return [(value - mean) / deviation for value in values]
