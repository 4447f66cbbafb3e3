"""The turns of a text whose reader knew where they begin."""

from __future__ import annotations

from netgpt_docs_service.usecases.dialogue.named_turns import named_turns


def test_a_turn_has_the_name_and_the_times_that_stand_before_it() -> None:
    text = "[00:00:01 - 00:00:03] user: Why? Note: x\n\n[00:00:04] Dr. (A) \U0001f338: So."
    one, other = named_turns(text, (0, text.index("[00:00:04]")))

    assert (one.speaker, one.time_start_s, one.time_end_s) == ("user", 1.0, 3.0)
    assert (other.speaker, other.time_start_s, other.time_end_s) == (
        "Dr. (A) \U0001f338",
        4.0,
        None,
    )
    assert text[one.said_start : one.char_end] == "Why? Note: x\n\n"
    assert text[other.said_start : other.char_end] == "So."


def test_captions_without_names_are_of_nobody_whatever_is_said() -> None:
    text = "[00:00:01] so\n\n[00:00:04] the answer is: no\n\n[00:00:06] yes"
    turns = named_turns(text, (0, 15, 45))

    assert [each.speaker for each in turns] == [None] * 3
    assert text[turns[1].said_start : turns[1].char_end] == "the answer is: no\n\n"
