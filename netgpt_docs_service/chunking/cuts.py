"""Where a text is cut: at its anchors, and between two of them wherever it costs least."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from netgpt_docs_service.chunking.anchors import local_best
from netgpt_docs_service.chunking.boundaries import Level
from netgpt_docs_service.chunking.characters import Flags, Numbers
from netgpt_docs_service.chunking.limits import CHARACTERS_PER_TOKEN, Limits
from netgpt_docs_service.chunking.reach import first_within, last_within
from netgpt_docs_service.chunking.units import Units
from netgpt_docs_service.chunking.whole_turns import Places

RADIUS = 1.5
"""How far an anchor is the best place on both sides, in passages."""

_PLACES_PER_PASSAGE = 16  # more cost time and gain nothing
_EMPTINESS_PRICE = 2.0
_PRICES = {
    Level.LEADING: 9.0,
    Level.WORD: 4.0,  # parts a word from its punctuation: only to save more than a passage
    Level.SPACE: 1.0,
    Level.LINE: 0.5,
    Level.SENTENCE: 0.3,
    Level.PARAGRAPH: 0.1,
    Level.HEADING: 0.0,
}


@dataclass(frozen=True, slots=True)
class _Choices:
    """The few places among which the cuts are chosen, in order; lists, for plain loops."""

    places: list[int]
    tokens_before: list[int]
    tokens_before_overlap: list[int]
    first_fitting: list[int]
    prices: list[float]
    limit: int


def choose(within: Places, key: Numbers, starts: Numbers, limits: Limits) -> list[int]:
    """Return the places to cut at, both ends and all walls included.

    `key` ranks the places and `starts` says where a passage cut at a place starts at the earliest.
    """
    units = within.units
    fixed = _fixed(units, key, within.walls, limits)
    places = np.flatnonzero(fixed | _candidates(units, key, fixed, limits))
    choices = _choices(units, within.levels, places, starts, limits)
    ends = np.flatnonzero(fixed[places]).tolist()
    cuts = [0]
    for first, last in pairwise(ends):
        cuts += _cheapest(choices, first, last)
    return [choices.places[cut] for cut in cuts]


def _fixed(units: Units, key: Numbers, walls: Flags, limits: Limits) -> Flags:
    """Say which places are cut in any case: ends, walls, inside too large words, at anchors."""
    radius = int(RADIUS * limits.tokens)
    given = units.forced | walls
    given[[0, -1]] = True
    ranked = np.where(given, np.iinfo(np.int64).max, key)
    best = local_best(ranked, first_within(units, radius), last_within(units, radius))
    return given | best


def _candidates(units: Units, key: Numbers, fixed: Flags, limits: Limits) -> Flags:
    """Say which places are worth a look: the best of every step, and both ends of a long unit.

    Two neighbours are then at most two steps apart, or the ends of one unit: both fit a passage.
    """
    step = max(1, limits.tokens // _PLACES_PER_PASSAGE)
    origin = np.maximum.accumulate(np.where(fixed, np.arange(len(fixed)), 0))
    tokens = units.tokens_before - units.tokens_before[origin]
    characters = units.positions - units.positions[origin]
    steps = np.stack([origin, tokens // step, characters // (step * CHARACTERS_PER_TOKEN)])
    begins = np.append(True, (steps[:, 1:] != steps[:, :-1]).any(axis=0))
    group = begins.cumsum() - 1
    best = np.flatnonzero(key == np.maximum.reduceat(key, np.flatnonzero(begins))[group])
    chosen = np.zeros(len(key), dtype=bool)
    chosen[best[np.append(True, np.diff(group[best]) > 0)]] = True
    is_long = (np.diff(units.tokens_before) > step) | (
        np.diff(units.positions) > step * CHARACTERS_PER_TOKEN
    )
    chosen[:-1] |= is_long
    chosen[1:] |= is_long
    return chosen


def _choices(
    units: Units, levels: Numbers, places: Numbers, starts: Numbers, limits: Limits
) -> _Choices:
    tokens = units.tokens_before[places]
    characters = units.positions[places]
    overlapped = units.tokens_before[starts[places]]
    fitting = np.maximum(
        overlapped.searchsorted(tokens - limits.tokens),
        units.positions[starts[places]].searchsorted(characters - limits.characters),
    )
    # A unit that fits only without an overlap goes without.
    fitting = np.minimum(fitting, np.arange(len(places)) - 1)
    return _Choices(
        places=places.tolist(),
        tokens_before=tokens.tolist(),
        tokens_before_overlap=overlapped.tolist(),
        first_fitting=fitting.tolist(),
        prices=[_PRICES[Level(level)] for level in levels[places].tolist()],
        limit=limits.tokens,
    )


def _cheapest(choices: _Choices, first: int, last: int) -> list[int]:
    """Return the cuts after `first` up to and including `last` that cost least together."""
    costs = [0.0]
    origins = [first]
    for end in range(first + 1, last + 1):
        tokens_end = choices.tokens_before[end]
        best, origin = float("inf"), first
        for start in range(max(first, choices.first_fitting[end]), end):
            empty = 1 - (tokens_end - choices.tokens_before_overlap[start]) / choices.limit
            cost = costs[start - first] + _EMPTINESS_PRICE * empty * empty
            if cost < best:
                best, origin = cost, start
        costs.append(best + 1 + choices.prices[end])
        origins.append(origin)
    cuts = [last]
    while origins[cuts[-1] - first] != first:
        cuts.append(origins[cuts[-1] - first])
    return cuts[::-1]
