"""Who says what when: the turns of a transcript, and what is made of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one speaker says in one go: `text[char_start:char_end]`, label and times included.

    What is said begins at `said_start`. `speaker` is None in captions that name none. Times are
    seconds from the beginning, or since the midnight of the first day where clocks are written.
    """

    char_start: int
    said_start: int
    char_end: int
    speaker: str | None = None
    time_start_s: float | None = None
    time_end_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Who speaks in a span of text, in order of appearance, and from when to when, in seconds."""

    speakers: tuple[str, ...] = ()
    time_start_s: float | None = None
    time_end_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question, `text[char_start:answer_start]`, and its answer, up to `char_end`.

    What is asked to the point begins at `asked_start`, for a question that is too long.
    """

    char_start: int
    asked_start: int
    answer_start: int
    char_end: int
    turns: tuple[Turn, ...]


SILENT = Speech()
"""Nobody speaks: this is no transcript, or not known to be one."""
