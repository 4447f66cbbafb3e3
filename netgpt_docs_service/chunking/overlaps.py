"""How much of the text before a cut the passage after it repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from netgpt_docs_service.chunking.boundaries import Level
from netgpt_docs_service.chunking.characters import Numbers
from netgpt_docs_service.chunking.limits import Limits
from netgpt_docs_service.chunking.reach import first_within
from netgpt_docs_service.chunking.units import Units
from netgpt_docs_service.chunking.whole_turns import Places


@dataclass(frozen=True, slots=True)
class Overlaps:
    """The starts of passages: on a sentence bound, in the section of the passage's own text.

    Nothing before a heading is repeated after it: it is about something else. Of a transcript
    whole turns are repeated, or parts of the one that is cut itself.
    """

    units: Units
    limits: Limits
    bounds: Numbers
    earliest: Numbers

    @classmethod
    def of(cls, within: Places, limits: Limits) -> Overlaps:
        """Find the bounds, and for every place the first one that an overlap may reach."""
        units, levels = within.units, within.levels
        places = np.arange(len(levels))
        walls = np.where(units.forced | within.walls | (levels == Level.HEADING), places, 0)
        return cls(
            units=units,
            limits=limits,
            bounds=np.flatnonzero(levels >= Level.SENTENCE),
            earliest=np.maximum(
                first_within(units, limits.overlap_tokens), np.maximum.accumulate(walls)
            ),
        )

    def longest(self) -> Numbers:
        """Return for every place where a passage starts at the earliest that is cut there."""
        places = np.arange(len(self.earliest))
        following = np.append(self.bounds, len(places))
        longest: Numbers = np.minimum(following[self.bounds.searchsorted(self.earliest)], places)
        return longest

    def start(self, cut: int, *, previous: int, end: int) -> int:
        """Return where the passage from `cut` to `end` starts, after the cut before it."""
        units, limits = self.units, self.limits
        fits_tokens = units.tokens_before.searchsorted(units.tokens_before[end] - limits.tokens)
        fits_characters = units.positions.searchsorted(units.positions[end] - limits.characters)
        floor = max(int(self.earliest[cut]), int(fits_tokens), int(fits_characters), previous + 1)
        at = int(self.bounds.searchsorted(floor))
        return min(int(self.bounds[at]), cut) if at < len(self.bounds) else cut
