"""Questions with their answers in a conversation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import attrgetter

from netgpt_docs_service.domain.dialogue import Exchange, Speech, Turn
from netgpt_docs_service.usecases.dialogue.questions import has_words, last_question

_QUESTION_CHARACTERS = 200
_ANSWER_CHARACTERS = 1_000
"""What a question and an answer are valued by at most: longer ones say no more."""


def best_exchanges(text: str, turns: Sequence[Turn], *, most: int) -> list[Exchange]:
    """Return the `most` exchanges that say most, in order: the earlier ones of equals.

    Not the first ones: those of a long conversation are its small talk.
    """
    found = list(_exchanges(text, turns)) if most else []
    best = sorted(range(len(found)), key=lambda at: (-_worth(found[at]), at))[:most]
    return [found[at] for at in sorted(best)]


def speech_in(turns: Sequence[Turn], start: int, end: int) -> Speech:
    """Return who speaks in `text[start:end]`, and when."""
    first = bisect_right(turns, start, key=attrgetter("char_end"))
    spoken = turns[first : bisect_left(turns, end, key=attrgetter("char_start"))]
    times = [each.time_start_s for each in spoken if each.time_start_s is not None]
    begins, ends = (times[0], times[-1]) if times else (None, None)
    if spoken and spoken[-1].time_end_s is not None:
        ends = spoken[-1].time_end_s
    is_range = begins is not None and ends is not None and ends >= begins
    return Speech(
        speakers=tuple(dict.fromkeys(each.speaker for each in spoken if each.speaker)),
        time_start_s=begins,
        time_end_s=ends if is_range else None,
    )


def _exchanges(text: str, turns: Sequence[Turn]) -> Iterator[Exchange]:
    """Walk what one speaker says and another says next; one who is not named asks nobody."""
    blocks = [list(block) for _, block in groupby(turns, key=attrgetter("speaker"))]
    for question, answer in pairwise(blocks):
        if question[0].speaker is None or answer[0].speaker is None:
            continue
        asked = _asked(text, question)
        if asked is None or not any(has_words(_said(text, each)) for each in answer):
            continue
        first = answer[0].char_start
        last = answer[-1].char_end
        yield Exchange(
            char_start=question[0].char_start,
            asked_start=asked,
            answer_start=next(each.said_start for each in answer if has_words(_said(text, each))),
            char_end=first + len(text[first:last].rstrip()),
            turns=(*question, *answer),
        )


def _asked(text: str, question: Sequence[Turn]) -> int | None:
    """Return where the last question in these turns begins: a sentence may go on in the next."""
    said = "".join(_said(text, each) for each in question)
    at = last_question(said)
    if at is None:
        return None
    for turn in question:
        length = turn.char_end - turn.said_start
        if at < length:
            return turn.said_start + at
        at -= length
    return None


def _said(text: str, turn: Turn) -> str:
    return text[turn.said_start : turn.char_end]


def _worth(exchange: Exchange) -> int:
    question = exchange.answer_start - exchange.asked_start
    answer = exchange.char_end - exchange.answer_start
    return min(question, _QUESTION_CHARACTERS) + min(answer, _ANSWER_CHARACTERS)
