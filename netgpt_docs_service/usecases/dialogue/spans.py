"""Turns from the places where they begin: each lasts as far, and as long, as to the next."""

from __future__ import annotations

from collections.abc import Sequence

from netgpt_docs_service.domain.dialogue import Turn
from netgpt_docs_service.usecases.dialogue.labels import Label
from netgpt_docs_service.usecases.dialogue.stamps import seconds


def turns_at(labels: Sequence[Label], length: int) -> list[Turn]:
    """Return the turns of a text of `length` that begin at `labels`; no name is nobody known."""
    times = seconds([each.stamp for each in labels])
    ends = [*(each.start for each in labels[1:]), length]
    following = [*(begins for begins, _ in times[1:]), None]
    return [
        Turn(
            char_start=label.start,
            said_start=label.said_start,
            char_end=end,
            speaker=label.name or None,
            time_start_s=begins,
            time_end_s=_end(begins, ends_s, next_s),
        )
        for label, end, (begins, ends_s), next_s in zip(labels, ends, times, following, strict=True)
    ]


def _end(begins: float | None, ends: float | None, following: float | None) -> float | None:
    """Return the end that is written, or else when the next turn begins."""
    if begins is None or ends is not None:
        return ends
    return following if following is not None and following >= begins else None
