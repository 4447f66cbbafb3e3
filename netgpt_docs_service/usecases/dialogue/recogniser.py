"""Whose turn it is where in a transcript."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from netgpt_docs_service.domain.dialogue import Turn
from netgpt_docs_service.usecases.dialogue.captions import caption_turns
from netgpt_docs_service.usecases.dialogue.labels import (
    MOST_LABELS,
    Label,
    is_of_a_log,
    labels_with_colon,
    may_be_told_alone,
    names_alone,
    stamped_lines,
)
from netgpt_docs_service.usecases.dialogue.spans import turns_at

_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*")
_LIST = re.compile(r"[ \t\r]*\n\s*(?:[-*|#`+<]|[0-9]+[.)])")
_FEWEST = 2
"""Speakers, and labels of each, without which names alone make no transcript."""
_SHARE = 0.25
_SHARE_WITH_TIMES = 0.1
"""Of all paragraphs, those that hold a label at least: long answers have many."""


def turns_of(text: str) -> list[Turn]:
    """Return the turns in `text`, in order: each ends where the next begins, the last with `text`.

    None at all unless the text as a whole looks like a transcript.
    """
    captions = caption_turns(text)
    if captions:
        return captions
    said = labels_with_colon(text)
    labels = _with_times(text, _with_stamped(text, said)) or _without(
        text, [each for each in said if not each.stamp]
    )
    if not labels:
        alone = names_alone(text)
        labels = _with_times(text, alone) or _without(
            text, [each for each in alone if not each.stamp]
        )
    return turns_at(labels, len(text)) if 0 < len(labels) <= MOST_LABELS else []


def _with_stamped(text: str, said: Sequence[Label]) -> list[Label]:
    """Return `said` with every line that begins with a time, if those are the form of the text.

    Where most of them have a colon, anything before it is a name: people call themselves what they
    like. Any other ends the turn before it, and nobody is known to say it.
    """
    lines = stamped_lines(text)
    known = {each.start: each for each in said}
    are_named = 2 * sum(bool(each.name) for each in lines) > len(lines)
    if not are_named and not any(each.start in known for each in lines):
        return list(said)
    nobody = [each if are_named else each._replace(name="") for each in lines]
    found = {each.start: each for each in nobody} | known
    return [found[start] for start in sorted(found)]


def _with_times(text: str, labels: Sequence[Label]) -> list[Label]:
    """Return the labels of a transcript that has times; a name that has had one may go without."""
    timed = [each for each in labels if each.stamp and each.name]
    names = {each.name for each in timed}
    is_agenda = len(timed) > _FEWEST and len(names) == len(timed)
    is_log = 2 * sum(is_of_a_log(each.name) for each in timed) >= len(timed)
    if len(timed) < _FEWEST or is_agenda or is_log or _share(text, timed) < _SHARE_WITH_TIMES:
        return []
    return [each for each in labels if each.name in names or not each.name]


def _without(text: str, labels: Sequence[Label]) -> list[Label]:
    """Return the labels of a transcript that has no times: names recur, and many lines have one."""
    likely = [
        each
        for each in labels
        if may_be_told_alone(each.name) and not _LIST.match(text, each.said_start)
    ]
    counts = Counter(each.name for each in likely)
    speakers = {name for name, count in counts.items() if count >= _FEWEST}
    if len(speakers) < _FEWEST:
        return _short(text, likely)
    found = [each for each in likely if each.name in speakers]
    if _share(text, found) < _SHARE:
        return []
    return [each for each in likely if each.name in speakers or _is_full_name(each.name)]


def _short(text: str, likely: Sequence[Label]) -> list[Label]:
    """Return the labels of two that speak once or so, with hardly anything else in the text."""
    names = {each.name for each in likely}
    lines = sum(1 for line in text.splitlines() if line.strip())
    is_first = bool(likely) and not text[: likely[0].start].strip()
    is_told = all(name[0].isupper() or not name.isascii() for name in names)
    return (
        list(likely)
        if len(names) == _FEWEST and is_first and is_told and 2 * len(likely) >= lines
        else []
    )


def _is_full_name(name: str) -> bool:
    words = name.split()
    return len(words) >= _FEWEST and all(word[0].isupper() or word[0].isdigit() for word in words)


def _share(text: str, labels: Sequence[Label]) -> float:
    """Return in how many of the paragraphs there is a label; of the lines where none is blank."""
    bounds = [0, *(gap.end() for gap in _PARAGRAPH.finditer(text)), len(text)]
    if len(bounds) <= _FEWEST:
        bounds = [0, *(gap.end() for gap in re.finditer(r"\n+", text)), len(text)]
    starts = iter(each.start for each in labels)
    start = next(starts, None)
    held = spans = 0
    for first, last in pairwise(bounds):
        spans += first < last
        is_held = False
        while start is not None and start < last:
            is_held = True
            start = next(starts, None)
        held += is_held
    return held / spans if spans else 0.0
