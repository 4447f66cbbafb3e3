"""Chunking: what cuts a document into passages, and what it needs for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from netgpt_docs_service.domain.chunks import Passage


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text: ids, character offsets into it, and the word each belongs to.

    The three sequences are equally long and hold no special tokens. `words` numbers the
    pre-tokenizer's words from 0; tokens of one word are neighbours and carry the same number.
    """

    ids: Sequence[int]
    offsets: Sequence[tuple[int, int]]
    words: Sequence[int | None]


class Tokenizer(Protocol):
    """The embedding model's own tokenizer; safe to call from several threads."""

    @property
    def special_token_count(self) -> int:
        """Tokens that the engine adds to every passage: special tokens and the prefix's."""
        ...

    def tokenize(self, text: str) -> Tokens:
        """Return all tokens of `text`, never truncated or padded, without special tokens."""
        ...


class Chunker(Protocol):
    """Cut a document into passages that fit the model."""

    @property
    def fingerprint(self) -> str:
        """Name everything that decides where the cuts fall: algorithm, sizes, tokenizer."""
        ...

    async def chunk(self, text: str, *, media_type: str) -> list[Passage]:
        """Return the passages of `text` in order; together they cover every character.

        Raises InvalidInput when `text` holds nothing but white space.
        """
        ...
