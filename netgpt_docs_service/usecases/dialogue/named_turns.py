"""The turns of a text whose reader knew where each begins, and wrote its name and time there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from netgpt_docs_service.domain.dialogue import Turn
from netgpt_docs_service.usecases.dialogue.labels import Label
from netgpt_docs_service.usecases.dialogue.spans import turns_at
from netgpt_docs_service.usecases.dialogue.stamps import STAMP

_BEGINNING = re.compile(rf"(?:\[(?P<stamp>{STAMP})\][ ]?)?(?:(?P<name>[^:\n]{{1,80}}): )?")
_FEWEST = 2


def named_turns(text: str, starts: Sequence[int]) -> list[Turn]:
    """Return a turn for each of `starts`, which ascend: `[time] Name: text`, as far as is known.

    In captions without names what is said may have a colon: a name there comes again.
    """
    labels = [_label(text, start) for start in starts]
    counts = Counter(each.name for each in labels if each.name)
    are_named = 2 * counts.total() >= len(labels)
    known = [
        each
        if are_named or counts[each.name] >= _FEWEST
        else each._replace(name="", said_start=each.said_start - len(each.name) - 2)
        if each.name
        else each
        for each in labels
    ]
    return turns_at(known, len(text))


def _label(text: str, start: int) -> Label:
    found = _BEGINNING.match(text, start)
    if found is None:  # never: all of it is optional
        return Label(start, start, "", None)
    return Label(start, found.end(), found["name"] or "", found["stamp"])
