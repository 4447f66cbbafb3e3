"""What kind of character stands where in a text, as arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

_TABLE_SIZE = 0x3100  # all white space and nearly all cased letters are below
_LINE_ENDS = (0x0A, 0x0C, 0x2028, 0x2029)
_CARRIAGE_RETURN = 0x0D


@dataclass(frozen=True, slots=True)
class Characters:
    """A text with the facts about its characters that cutting asks for again and again.

    `next_visible[i]` is the first character at or after `i` that is not white space, and
    `last_visible[i]` the last one at or before it (-1: none); `lines_before[i]` counts the line
    ends before character `i`.
    """

    text: str
    codes: NDArray[np.uint32]
    next_visible: Numbers
    last_visible: Numbers
    lines_before: Numbers

    @classmethod
    def of(cls, text: str) -> Characters:
        """Look at every character of `text` once."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        places = np.arange(len(codes))
        visible = ~matches(str.isspace, codes)
        following = np.where(visible, places, len(codes))
        return cls(
            text=text,
            codes=codes,
            next_visible=np.minimum.accumulate(following[::-1])[::-1],
            last_visible=np.maximum.accumulate(np.where(visible, places, -1)),
            lines_before=np.concatenate([[0], _is_line_end(codes).cumsum()]),
        )


def matches(claim: Callable[[str], bool], codes: NDArray[np.uint32]) -> Flags:
    """Say of which characters `claim` is true; of none from U+3100 on."""
    found: Flags = _table(claim)[np.minimum(codes, _TABLE_SIZE)]
    return found


@cache
def _table(claim: Callable[[str], bool]) -> Flags:
    return np.array([claim(chr(code)) for code in range(_TABLE_SIZE)] + [False])


def _is_line_end(codes: NDArray[np.uint32]) -> Flags:
    found: Flags = np.isin(codes, _LINE_ENDS)
    returns = codes == _CARRIAGE_RETURN
    returns[:-1] &= codes[1:] != _LINE_ENDS[0]  # CR LF is one line end
    ends: Flags = found | returns
    return ends
