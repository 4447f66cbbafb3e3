"""The beginning of a text that fits one passage."""

from __future__ import annotations

import numpy as np

from netgpt_docs_service.chunking.boundaries import Level, levels
from netgpt_docs_service.chunking.characters import Characters
from netgpt_docs_service.chunking.interface import Tokenizer, Tokens
from netgpt_docs_service.chunking.limits import Limits
from netgpt_docs_service.chunking.units import lay_out
from netgpt_docs_service.domain.chunks import Passage


def beginning(text: str, tokenizer: Tokenizer, limits: Limits) -> Passage:
    """Return the longest beginning of `text` within `limits` that ends with a sentence.

    Where no sentence ends in the second half of the room it ends with a line, or else a word.
    """
    tokens = tokenizer.tokenize(text)
    if len(tokens.ids) > limits.tokens or len(text) > limits.characters:
        text = text[: _end(text, tokens, tokenizer, limits)].rstrip()
        tokens = tokenizer.tokenize(text)
    ids = tuple(tokens.ids)
    return Passage(
        index=0,
        text=text,
        char_start=0,
        char_end=len(text),
        token_ids=ids,
        token_count=len(ids) + (tokenizer.special_token_count if ids else 0),
    )


def _end(text: str, tokens: Tokens, tokenizer: Tokenizer, limits: Limits) -> int:
    if not len(tokens.ids):
        return 0
    characters = Characters.of(text)
    units = lay_out(characters, tokens, tokenizer, limits)
    level = levels(characters, units.positions, ())
    is_room = (units.tokens_before <= limits.tokens) & (units.positions <= limits.characters)
    fitting = np.flatnonzero(is_room)[1:]
    is_late = (2 * units.tokens_before[fitting] >= limits.tokens) | (
        2 * units.positions[fitting] >= limits.characters
    )
    for wanted in (Level.SENTENCE, Level.LINE):
        places = fitting[is_late & (level[fitting] >= wanted)]
        if len(places):
            return int(units.positions[places[-1]])
    return int(units.positions[fitting[-1]])
