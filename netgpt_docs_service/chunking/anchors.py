"""Places that are cut whatever stands far from them, so that an edit only moves its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from netgpt_docs_service.chunking.characters import Flags, Numbers

_CONTEXT_TOKENS = 12
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIXER = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(32)


def keys(levels: Numbers, token_at: Numbers, ids: Sequence[int]) -> Numbers:
    """Rank places by level, then by a hash of the tokens after them; the larger, the better."""
    padded = np.concatenate([np.asarray(ids), np.zeros(_CONTEXT_TOKENS)]).astype(np.uint64)
    mixed = np.zeros(len(token_at), dtype=np.uint64)
    for distance in range(_CONTEXT_TOKENS):
        mixed = (mixed + padded[token_at + distance] + np.uint64(1)) * _MULTIPLIER
    mixed = (mixed ^ (mixed >> _SHIFT)) * _MIXER
    return (levels << 32) | (mixed >> _SHIFT).astype(np.int64)


def local_best(key: Numbers, first: Numbers, last: Numbers) -> Flags:
    """Say which places have the best key from `first` to `last`, the earlier one of equals."""
    places = np.arange(len(key))
    before = _range_max(key, first, places - 1)
    after = _range_max(key, places + 1, last)
    return (key > before) & (key >= after)


def _range_max(values: Numbers, first: Numbers, last: Numbers) -> Numbers:
    """Return the largest of `values[first..last]` for every pair; -1 where there is none.

    Two overlapping powers of two cover any range (a sparse table, one row of it at a time).
    """
    lengths = last - first + 1
    found = np.full(len(first), -1, dtype=np.int64)
    row, width = values, 1
    while len(row):
        asked = np.flatnonzero((lengths >= width) & (lengths < 2 * width))
        found[asked] = np.maximum(row[first[asked]], row[last[asked] - width + 1])
        if not (lengths >= 2 * width).any():
            break
        row = np.maximum(row[:-width], row[width:])
        width *= 2
    return found
