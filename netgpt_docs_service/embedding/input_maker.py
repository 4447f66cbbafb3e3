"""From whole texts to the model's inputs, without holding up the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from netgpt_docs_service.embedding.engine import padded_length
from netgpt_docs_service.embedding.interface import TextKind
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer
from netgpt_docs_service.errors import Overloaded

# Tokenizing costs 1 ms per 1,000 characters: longer texts leave the event loop for it.
_INLINE_CHARS = 2_000
# The chunker's bound, for the same reason: what is admitted last waits for half a minute.
_MOST_CHARACTERS = 32_000_000


@dataclass(frozen=True, slots=True)
class Inputs:
    """Token ids as the model reads them, special tokens and prefix included, one list a text."""

    ids: Sequence[Sequence[int]]
    took_s: float

    @property
    def tokens(self) -> int:
        """Of all texts."""
        return sum(map(len, self.ids))

    @property
    def padded_tokens(self) -> int:
        """What the engine computes for them when each text runs alone."""
        return sum(padded_length(len(ids)) for ids in self.ids)


class InputMaker:
    """Tokenize questions and whole passages; used from one event loop."""

    def __init__(self, tokenizer: ModelTokenizer) -> None:
        """Start with nothing under way."""
        self._tokenizer = tokenizer
        self._characters = 0

    async def make(self, texts: Sequence[str], kind: TextKind) -> Inputs:
        """Return the inputs of `texts`, in order, whatever their length.

        Raises Overloaded when too many characters are being tokenized or wait for it.
        """
        characters = sum(map(len, texts))
        if characters <= _INLINE_CHARS:
            return self._inputs(texts, kind)
        with self._place(characters):
            return await asyncio.to_thread(self._inputs, texts, kind)

    def _inputs(self, texts: Sequence[str], kind: TextKind) -> Inputs:
        started = time.perf_counter()
        tokenizer = self._tokenizer
        if kind is TextKind.QUERY:
            ids = [tokenizer.query(text) for text in texts]
        else:
            ids = [tokenizer.passage(tokenizer.tokenize(text).ids) for text in texts]
        return Inputs(ids, time.perf_counter() - started)

    @contextmanager
    def _place(self, characters: int) -> Iterator[None]:
        """Hold a place among the texts under way; only the event loop's thread counts them."""
        if self._characters and self._characters + characters > _MOST_CHARACTERS:
            msg = f"texts of {self._characters} characters wait to be tokenized"
            raise Overloaded(msg, retry_after_s=1.0)
        self._characters += characters
        try:
            yield
        finally:
            self._characters -= characters
