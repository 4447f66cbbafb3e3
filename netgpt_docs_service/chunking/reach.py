"""Which places lie within so many tokens of each other."""

from __future__ import annotations

import numpy as np

from netgpt_docs_service.chunking.characters import Numbers
from netgpt_docs_service.chunking.limits import CHARACTERS_PER_TOKEN
from netgpt_docs_service.chunking.units import Units


def first_within(units: Units, tokens: int) -> Numbers:
    """Return for every place the first one at most `tokens`, and their characters, before it."""
    by_tokens = units.tokens_before.searchsorted(units.tokens_before - tokens)
    characters = CHARACTERS_PER_TOKEN * tokens
    by_characters = units.positions.searchsorted(units.positions - characters)
    return np.maximum(by_tokens, by_characters)


def last_within(units: Units, tokens: int) -> Numbers:
    """Return for every place the last one at most `tokens`, and their characters, after it."""
    by_tokens = units.tokens_before.searchsorted(units.tokens_before + tokens, side="right")
    characters = CHARACTERS_PER_TOKEN * tokens
    by_characters = units.positions.searchsorted(units.positions + characters, side="right")
    return np.minimum(by_tokens, by_characters) - 1
