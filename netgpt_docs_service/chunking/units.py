"""Where a text may be cut at all: before a word, or inside one that is larger than a passage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from netgpt_docs_service.chunking.characters import Characters
from netgpt_docs_service.chunking.interface import Tokenizer, Tokens
from netgpt_docs_service.chunking.limits import Limits

Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Units:
    """The places where a text may be cut, from its start to its end, both included.

    The unit between two neighbouring places is a word with the white space after it, and always
    fits a passage. `token_at` is the first token after a place and `tokens_before` the number of
    tokens up to it; they differ behind a forced place, because a piece of a word has its own
    tokens. A forced place always becomes a cut: two pieces of one word in one passage could have
    more tokens than they have apart.
    """

    positions: Numbers
    token_at: Numbers
    tokens_before: Numbers
    forced: Flags


def lay_out(characters: Characters, tokens: Tokens, tokenizer: Tokenizer, limits: Limits) -> Units:
    """Return the places where `characters` may be cut into passages within `limits`."""
    positions, token_at = _word_starts(characters, tokens)
    sizes = np.diff(token_at)
    too_big = (sizes > limits.tokens) | (np.diff(positions) > limits.characters)
    position_parts, size_parts, token_parts, forced_parts = [], [], [], []
    done = 0
    for big in np.flatnonzero(too_big).tolist():
        ends, counts = _pieces(
            characters.text, tokenizer, limits, (int(positions[big]), int(positions[big + 1]))
        )
        inner = len(ends) - 1
        position_parts += [positions[done : big + 1], np.array(ends[:-1], dtype=np.int64)]
        token_parts += [token_at[done : big + 1], np.full(inner, token_at[big + 1])]
        size_parts += [sizes[done:big], np.array(counts, dtype=np.int64)]
        forced_parts += [np.zeros(big + 1 - done, dtype=bool), np.ones(inner, dtype=bool)]
        done = big + 1
    return Units(
        positions=np.concatenate([*position_parts, positions[done:]]),
        token_at=np.concatenate([*token_parts, token_at[done:]]),
        tokens_before=np.concatenate([[0], *size_parts, sizes[done:]]).cumsum(),
        forced=np.concatenate([*forced_parts, np.zeros(len(positions) - done, dtype=bool)]),
    )


def _word_starts(characters: Characters, tokens: Tokens) -> tuple[Numbers, Numbers]:
    """Return where words start, as characters and as tokens, between the text's own two ends."""
    offsets, words = tokens.offsets, tokens.words
    # Some tokenizers count the space before a word into its first token.
    starts = characters.next_visible[offsets[:, 0]]
    ends_before = np.concatenate([[0], np.maximum.accumulate(offsets[:, 1])[:-1]])
    begins = np.ones(len(words), dtype=bool)
    begins[1:] = (words[1:] != words[:-1]) | (words[1:] == -1)
    # One character can spell several words under NFKC; there is no place between those.
    begins &= starts >= ends_before
    token_at = np.flatnonzero(begins)
    positions = starts[token_at]
    is_last_there = np.append(np.diff(positions) > 0, True)
    inside = is_last_there & (positions > 0) & (positions < len(characters.text))
    return (
        np.concatenate([[0], positions[inside], [len(characters.text)]]),
        np.concatenate([[0], token_at[inside], [len(words)]]),
    )


def _pieces(
    text: str, tokenizer: Tokenizer, limits: Limits, span: tuple[int, int]
) -> tuple[list[int], list[int]]:
    """Return the ends of the pieces that a too large unit is cut into, and their token counts."""
    start, end = span
    ends: list[int] = []
    counts: list[int] = []
    while start < end:
        length = min(limits.characters, end - start)
        count = len(tokenizer.tokenize(text[start : start + length]).ids)
        while count > limits.tokens:
            length //= 2
            count = len(tokenizer.tokenize(text[start : start + length]).ids)
        start += length
        ends.append(start)
        counts.append(count)
    return ends, counts
