from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgpt_docs_service.domain.search import Candidate, SearchMode
from netgpt_docs_service.usecases.ranking import rank

candidates = st.lists(
    st.builds(
        Candidate,
        chunk_id=st.uuids().map(str),
        dense_score=st.floats(-1, 1),
        sparse_score=st.none() | st.floats(0, 1e6),
    ),
    unique_by=lambda each: each.chunk_id,
)


@given(candidates, st.sampled_from(SearchMode))
def test_scores_fall_and_lie_between_zero_and_one(
    offered: list[Candidate], mode: SearchMode
) -> None:
    scores = [each.score for each in rank(offered, mode)]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert len(scores) == len(offered)


@given(candidates, st.sampled_from(SearchMode), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_of_the_candidates(
    offered: list[Candidate], mode: SearchMode, random: st.DrawFn
) -> None:
    shuffled = list(offered)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's own Random
    ranked = [each.candidate.chunk_id for each in rank(offered, mode)]
    assert [each.candidate.chunk_id for each in rank(shuffled, mode)] == ranked


def test_hybrid_wants_both_the_words_and_the_meaning() -> None:
    both = Candidate("both", 0.8, 9.0)
    words = Candidate("words", 0.1, 10.0)
    meaning = Candidate("meaning", 0.85, 0.0)
    neither = Candidate("neither", 0.1, 0.0)
    ranked = rank([neither, words, meaning, both], SearchMode.HYBRID)
    assert ranked[0].candidate == both
    assert ranked[-1].candidate == neither


def test_a_dense_score_is_the_cosine_and_never_negative() -> None:
    ranked = rank([Candidate("a", 0.25, None), Candidate("b", -0.5, None)], SearchMode.DENSE)
    assert [each.score for each in ranked] == pytest.approx([0.25, 0.0])
