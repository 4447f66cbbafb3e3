"""Cutting between the turns of speakers: a turn is whole, or cut by itself if it is too long."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from netgpt_docs_service.chunking.boundaries import Level
from netgpt_docs_service.chunking.characters import Flags, Numbers
from netgpt_docs_service.chunking.interface import Tokens
from netgpt_docs_service.chunking.limits import Limits
from netgpt_docs_service.chunking.units import Units


@dataclass(frozen=True, slots=True)
class Places:
    """Where a text may be cut, how good that is, and where it is cut in any case.

    Nothing is repeated across a place in `walls`.
    """

    units: Units
    levels: Numbers
    walls: Flags


def at_turn_starts(units: Units, turn_starts: tuple[int, ...], tokens: Tokens) -> Units:
    """Move the place at which a turn's first word starts to the start of the turn.

    They differ where a turn begins with characters that the model does not see.
    """
    places = units.positions.searchsorted(turn_starts)
    ends = np.append(0, tokens.offsets[:, 1])
    starts = np.asarray(turn_starts, dtype=np.int64)
    is_before_word = (ends[units.token_at[places]] <= starts) & ~units.forced[places]
    is_inner = (places > 0) & (places < len(units.positions) - 1)
    movable = np.flatnonzero(is_before_word & is_inner)[::-1]  # of several the first: written last
    positions = units.positions.copy()
    positions[places[movable]] = starts[movable]
    return replace(units, positions=positions)


def whole_turns(
    units: Units, levels: Numbers, turn_starts: tuple[int, ...], limits: Limits
) -> Places:
    """Keep only the places between turns, and those inside a turn that no passage holds."""
    at_turn = np.zeros(len(units.positions), dtype=bool)
    at_turn[units.positions.searchsorted(turn_starts)] = True
    at_turn[[0, -1]] = True
    borders = np.flatnonzero(at_turn)
    forced_before = np.append(0, units.forced.cumsum())
    is_long = (
        (np.diff(units.tokens_before[borders]) > limits.tokens)
        | (np.diff(units.positions[borders]) > limits.characters)
        | (forced_before[borders[1:]] > forced_before[borders[:-1] + 1])
    )
    of_turn = np.minimum(at_turn.cumsum() - 1, len(is_long) - 1)
    kept = at_turn | is_long[of_turn]
    walls = np.zeros(len(units.positions), dtype=bool)
    walls[borders[:-1]] |= is_long
    walls[borders[1:]] |= is_long
    # With nothing but white space before it, a place is none to cut at, or to raise.
    walls &= levels > Level.LEADING
    low = at_turn & (levels > Level.SPACE) & (levels < Level.PARAGRAPH)
    raised = np.where(low, Level.PARAGRAPH, levels)
    return Places(
        Units(
            positions=units.positions[kept],
            token_at=units.token_at[kept],
            tokens_before=units.tokens_before[kept],
            forced=units.forced[kept],
        ),
        raised[kept],
        walls[kept],
    )
