"""Chunking: what cuts a document into passages, and what it needs for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.domain.layout import PLAIN, Layout

if TYPE_CHECKING:  # use cases import this, and start without it
    import numpy as np
    from numpy.typing import NDArray


class Tokens(Protocol):
    """The tokens of a text, without special tokens: three sequences of equal length."""

    @property
    def ids(self) -> Sequence[int]:
        """The model's ids."""
        ...

    @property
    def offsets(self) -> NDArray[np.int32]:
        """Where each token stands in the text, in characters: a row of start and end for each."""
        ...

    @property
    def words(self) -> NDArray[np.int32]:
        """The pre-tokenizer's word of each token, -1 for none: neighbours of one word are equal."""
        ...


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

    async def chunk(self, text: str, *, media_type: str, layout: Layout = PLAIN) -> list[Passage]:
        """Return the passages of `text` in order; together they cover every character.

        Each names the pages of `layout` that its words lie on.

        Raises InvalidInput when `text` holds nothing but white space.
        """
        ...

    async def beginnings(self, texts: Sequence[str]) -> list[Passage]:
        """Return the longest beginning of each text that fits, cut after a sentence if need be.

        One without words has no tokens.
        """
        ...
