"""How good each place is for a cut."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from netgpt_docs_service.chunking.characters import Characters, Flags, Numbers, matches
from netgpt_docs_service.domain.layout import Heading

_ENDERS = [ord(mark) for mark in ".!?…؟۔।॥"]  # noqa: RUF001 - these are the marks meant
_WIDE_ENDERS = [ord(mark) for mark in "。！？｡"]  # noqa: RUF001 - need no space after them
_CLOSERS = [ord(mark) for mark in "\"')]}»”’›」』）】》〉*_`"]  # noqa: RUF001 - as above
_CLOSERS_SEEN = 3  # as in: **"Really?"**
_LINES_OF_A_PARAGRAPH = 2


class Level(IntEnum):
    """What a place separates, from the worst cut to the best."""

    LEADING = 0
    """Only white space is before it."""
    WORD = 1
    SPACE = 2
    LINE = 3
    SENTENCE = 4
    PARAGRAPH = 5
    HEADING = 6


def levels(characters: Characters, positions: Numbers, headings: Sequence[Heading]) -> Numbers:
    """Return the level of every place in `positions`; the text's two ends count as LEADING."""
    inner = positions[1:-1]
    before = characters.last_visible[inner - 1]
    lines = characters.lines_before[inner] - characters.lines_before[before + 1]
    found = np.select(
        [
            before < 0,
            _is_in_heading(inner, before, headings),
            np.isin(inner, [heading.start for heading in headings]),
            lines >= _LINES_OF_A_PARAGRAPH,
            _ends_sentence(characters, inner, before),
            lines > 0,
            before < inner - 1,
        ],
        [
            Level.LEADING,
            Level.SPACE,
            Level.HEADING,
            Level.PARAGRAPH,
            Level.SENTENCE,
            Level.LINE,
            Level.SPACE,
        ],
        default=Level.WORD,
    )
    return np.concatenate([[Level.LEADING], found, [Level.LEADING]])


def _is_in_heading(places: Numbers, before: Numbers, headings: Sequence[Heading]) -> Flags:
    """Say which `places` would part a heading, or part it from the text or heading under it."""
    starts = np.array([heading.start for heading in headings], dtype=np.int64)
    ends = np.array([-1, *(heading.end for heading in headings)], dtype=np.int64)
    parts: Flags = before < ends[starts.searchsorted(places)]
    return parts


def _ends_sentence(characters: Characters, places: Numbers, before: Numbers) -> Flags:
    """Say before which `places` a sentence ends; `before` is the last visible character there."""
    codes = characters.codes
    following = codes[places]
    last = before
    for _ in range(_CLOSERS_SEEN):
        last = np.where(np.isin(codes[last], _CLOSERS), np.maximum(last - 1, 0), last)
    has_gap = before < places - 1
    narrow = np.isin(codes[last], _ENDERS) & has_gap & ~matches(str.islower, following)
    is_glued = np.isin(following, _CLOSERS + _WIDE_ENDERS) & ~has_gap
    wide = np.isin(codes[last], _WIDE_ENDERS) & ~is_glued
    ended: Flags = (narrow & ~_is_initial(characters, last)) | wide
    return ended


def _is_initial(characters: Characters, dots: Numbers) -> Flags:
    """Say which `dots` follow a lone letter or digit: `J. Doe`, `e.g. Rust`, `1. Introduction`."""
    codes = characters.codes
    lone = matches(str.isalnum, codes[np.maximum(dots - 1, 0)])
    joined = matches(str.isalnum, codes[np.maximum(dots - 2, 0)]) & (dots > 1)
    initial: Flags = (codes[dots] == ord(".")) & lone & ~joined
    return initial
