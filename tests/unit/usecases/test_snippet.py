from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netgpt_docs_service.usecases.snippet import MOST_CHARACTERS, snippet

FILLER = "Nothing of interest is said in this sentence, which is only here to take up room. "


@given(st.text(min_size=1, max_size=2000), st.text(max_size=100))
def test_a_snippet_is_a_short_slice_of_the_text(text: str, question: str) -> None:
    found = snippet(text, question)
    assert found in text
    assert len(found) <= MOST_CHARACTERS


def test_a_snippet_shows_the_sentence_that_answers() -> None:
    text = FILLER * 5 + "The walrus colony winters on the ice. " + FILLER * 5
    assert "walrus colony winters" in snippet(text, "where does the walrus winter?")


def test_a_snippet_finds_its_place_inside_a_very_long_sentence() -> None:
    text = "word " * 500 + "walrus " + "word " * 500
    assert "walrus" in snippet(text, "walrus")


def test_a_short_text_is_its_own_snippet() -> None:
    assert snippet("Two words.", "anything") == "Two words."
