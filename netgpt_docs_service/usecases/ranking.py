"""Order candidates: one score from the cosine and the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netgpt_docs_service.domain.search import Candidate, SearchMode

_LEAST_SPREAD = 0.2
_LEAST_WORDS = 2.0
"""What a list must span to be worth all of its half: differences among few chunks are noise."""
_FIRST_PLACE = 0.15
"""What first place adds to a span of 1, the second half of it, the third a third."""

_NOTHING = 1e-6
"""A smaller share is what rounding left of none, and has no place."""


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

    hybrid: the mean of two shares, the cosine's of the way from the worst candidate to the best,
    and BM25's of the best; to be among the first of a list adds a little. Who holds more of what
    was asked for to the letter is above, `exact_matches` being how many such terms a chunk holds;
    dense knows no letters. Why: docs/decisions/0006-how-two-lists-become-one.md.
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
    words = [_words(each) for each in candidates]
    best, worst = max(cosines, default=0.0), min(cosines, default=0.0)
    most = max([_LEAST_WORDS, *words])
    dense = _shares(cosines, full=best, spread=max(best - worst, _LEAST_SPREAD))
    sparse = _shares(words, full=most, spread=most)
    return [(one + other) / 2.0 for one, other in zip(dense, sparse, strict=True)]


def _shares(values: Sequence[float], *, full: float, spread: float) -> list[float]:
    """Return where every value stands between 0 and 1, `full` being 1, first places included."""
    places = {value: place for place, value in enumerate(sorted(set(values), reverse=True), 1)}
    shares = [max(0.0, 1.0 - (full - value) / spread) for value in values]
    return [
        (share + (_FIRST_PLACE / places[value] if share > _NOTHING else 0.0)) / (1.0 + _FIRST_PLACE)
        for share, value in zip(shares, values, strict=True)
    ]


_SCORES = {SearchMode.DENSE: _dense, SearchMode.SPARSE: _sparse, SearchMode.HYBRID: _hybrid}


def _words(candidate: Candidate) -> float:
    return candidate.sparse_score or 0.0
