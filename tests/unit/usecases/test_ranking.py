from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
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


@given(candidates, st.floats(-0.5, 0.5))
@example([Candidate("worst", 0.0, None), Candidate("best", 0.2, None)], 0.5)
def test_the_level_of_the_cosines_does_not_matter(offered: list[Candidate], shift: float) -> None:
    offered = [replace(each, dense_score=round(each.dense_score, 3)) for each in offered]
    shifted = [replace(each, dense_score=each.dense_score + shift) for each in offered]
    before = {each.candidate.chunk_id: each.score for each in rank(offered, SearchMode.HYBRID)}
    after = {each.candidate.chunk_id: each.score for each in rank(shifted, SearchMode.HYBRID)}
    assert after == pytest.approx(before, abs=1e-6)


@given(candidates)
def test_without_words_hybrid_orders_as_the_vectors_do(offered: list[Candidate]) -> None:
    wordless = [replace(each, sparse_score=0.0) for each in offered]
    hybrid = [each.candidate.dense_score for each in rank(wordless, SearchMode.HYBRID)]
    assert hybrid == pytest.approx(sorted(hybrid, reverse=True), abs=1e-9)


def test_equal_cosines_leave_the_order_to_the_words() -> None:
    offered = [Candidate(str(words), 0.5, float(words)) for words in range(4)]
    ranked = rank(offered, SearchMode.HYBRID)
    assert [each.candidate.chunk_id for each in ranked] == ["3", "2", "1", "0"]


def test_a_lone_candidate_near_the_question_has_half_of_the_score_and_words_add_the_rest() -> None:
    alone = [Candidate("a", 0.3, 0.0)]
    worded = [Candidate("a", 0.3, 9.0)]
    assert [each.score for each in rank(alone, SearchMode.HYBRID)] == pytest.approx([0.5])
    assert [each.score for each in rank(worded, SearchMode.HYBRID)] == pytest.approx([1.0])


def test_candidates_below_the_others_change_no_score() -> None:
    offered = [Candidate("a", 0.8, 3.0), Candidate("b", 0.4, 9.0), Candidate("c", 0.2, 0.0)]
    more = [*offered, *(Candidate(f"d{number}", 0.2, 0.0) for number in range(50))]
    before = {each.candidate.chunk_id: each.score for each in rank(offered, SearchMode.HYBRID)}
    after = {each.candidate.chunk_id: each.score for each in rank(more, SearchMode.HYBRID)}
    assert before.items() <= after.items()


def test_a_rare_word_outweighs_a_difference_that_is_noise() -> None:
    offered = [Candidate("near", 0.51, 0.0), Candidate("word", 0.50, 1.3)]
    assert rank(offered, SearchMode.HYBRID)[0].candidate.chunk_id == "word"


@pytest.mark.parametrize("mode", [SearchMode.HYBRID, SearchMode.SPARSE])
def test_who_holds_more_of_what_is_asked_to_the_letter_is_first(mode: SearchMode) -> None:
    offered = [Candidate("none", 0.9, 9.0), Candidate("one", 0.1, 1.0), Candidate("two", 0.0, 0.5)]
    ranked = rank(offered, mode, {"one": 1, "two": 2})
    assert [each.candidate.chunk_id for each in ranked] == ["two", "one", "none"]
    assert all(0.0 <= each.score <= 1.0 for each in ranked)


def test_a_dense_search_knows_no_letters() -> None:
    offered = [Candidate("near", 0.9, None), Candidate("letters", 0.1, None)]
    assert rank(offered, SearchMode.DENSE, {"letters": 1})[0].score == pytest.approx(0.9)
