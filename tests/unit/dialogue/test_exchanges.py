"""Questions with their answers: what asks, who answers, and which are kept."""

from __future__ import annotations

import pytest

from netgpt_docs_service.usecases.dialogue.exchanges import best_exchanges, speech_in
from netgpt_docs_service.usecases.dialogue.questions import last_question
from netgpt_docs_service.usecases.dialogue.recogniser import turns_of

INTERVIEW = """[00:01] Anna: Hello Ben.
[00:03] Anna: How do I reset my password?
[00:07] Ben: Open the settings.
[00:09] Ben: Then choose the second entry.
[00:12] Anna: ok?
[00:13] Ben: Yes, the second.
[00:15] Anna: And where is it stored?
[00:17] Ben: Nowhere.
"""


@pytest.mark.parametrize(
    "said",
    [
        "How do I reset my password?",
        "what time is the meeting",
        "Well, I see. Is it 3.5 or 4?",
        "Warum ist das so?",
        "Pourquoi pas?",
        "¿Qué significa esto?",
        "今天会议几点开始？",  # noqa: RUF001 - the mark meant
        "ما هو اسمك؟",
        "(Laughs) Where is it?",
    ],
)
def test_a_question_is_one_in_any_language(said: str) -> None:
    assert last_question(said) is not None


@pytest.mark.parametrize(
    "said",
    [
        "ok?",
        "Really?",
        "Hi Anna, how are you?",
        "Wie geht's?",
        "Comment ça va?",
        "你好吗？",  # noqa: RUF001 - the mark meant
        "When I was young, I sang.",
        "What a day!",
        "see http://localhost/?q=1 for more",
        "",
    ],
)
def test_a_greeting_or_a_statement_is_no_question(said: str) -> None:
    assert last_question(said) is None


def test_turns_of_one_speaker_in_a_row_count_as_one() -> None:
    first, second = best_exchanges(INTERVIEW, turns_of(INTERVIEW), most=9)

    assert INTERVIEW[first.char_start : first.char_end].startswith("[00:01] Anna: Hello Ben.")
    assert INTERVIEW[first.char_start : first.char_end].endswith("the second entry.")
    assert INTERVIEW[first.asked_start :].startswith("How do I reset")
    assert INTERVIEW[second.char_start : second.char_end].endswith("Nowhere.")


def test_of_too_many_the_longest_are_kept() -> None:
    (kept,) = best_exchanges(INTERVIEW, turns_of(INTERVIEW), most=1)

    assert "reset my password" in INTERVIEW[kept.char_start : kept.char_end]


def test_a_limit_of_none_keeps_none() -> None:
    assert best_exchanges(INTERVIEW, turns_of(INTERVIEW), most=0) == []


def test_a_span_says_who_speaks_in_it_and_when() -> None:
    speech = speech_in(turns_of(INTERVIEW), INTERVIEW.index("Open"), INTERVIEW.index("ok?"))

    assert (speech.speakers, speech.time_start_s, speech.time_end_s) == (("Ben", "Anna"), 7.0, 13.0)
