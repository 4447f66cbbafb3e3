"""Order candidates: one score from the cosine and the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netgpt_docs_service.domain.search import Candidate, SearchMode

_LEAST_SPREAD = 0.2
_LEAST_WORDS = 2.0
"""What a list must span to be worth all of its half: differences among few chunks are noise."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with the score that decides its place, in [0, 1]."""

    candidate: Candidate
    score: float


def rank(
    candidates: Sequence[Candidate],
    mode: SearchMode,
    exact_matches: Mapping[str, int] | None = None,
) -> list[Ranked]:
    """Return the candidates best first; equal scores are ordered by chunk id.

    hybrid: the mean of the cosine as its place between the worst and the best candidate's, and of
    BM25 as its share of the best. Who holds more of what was asked for to the letter is above,
    `exact_matches` being how many such terms a chunk holds; dense knows no letters.
    """
    scores = _SCORES[mode](candidates)
    if exact_matches and mode is not SearchMode.DENSE:
        held = [exact_matches.get(each.chunk_id, 0) for each in candidates]
        steps = max(held, default=0) + 1
        scores = [(count + score) / steps for count, score in zip(held, scores, strict=True)]
    ranked = [Ranked(each, score) for each, score in zip(candidates, scores, strict=True)]
    return sorted(ranked, key=lambda each: (-each.score, each.candidate.chunk_id))


def _dense(candidates: Sequence[Candidate]) -> list[float]:
    return [max(0.0, each.dense_score) for each in candidates]


def _sparse(candidates: Sequence[Candidate]) -> list[float]:
    return [_words(each) / (1.0 + _words(each)) for each in candidates]


def _hybrid(candidates: Sequence[Candidate]) -> list[float]:
    cosines = [each.dense_score for each in candidates]
    worst, best = min(cosines, default=0.0), max(cosines, default=0.0)
    spread = max(best - worst, _LEAST_SPREAD)
    most = max([_LEAST_WORDS, *map(_words, candidates)])
    return [
        0.5 * ((each.dense_score - worst) / spread + _words(each) / most) for each in candidates
    ]


_SCORES = {SearchMode.DENSE: _dense, SearchMode.SPARSE: _sparse, SearchMode.HYBRID: _hybrid}


def _words(candidate: Candidate) -> float:
    return candidate.sparse_score or 0.0
