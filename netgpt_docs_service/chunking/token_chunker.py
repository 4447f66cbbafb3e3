"""Cut a document by the model's own tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import numpy as np

from netgpt_docs_service.chunking.anchors import keys
from netgpt_docs_service.chunking.beginnings import beginning
from netgpt_docs_service.chunking.boundaries import levels
from netgpt_docs_service.chunking.characters import Characters
from netgpt_docs_service.chunking.cuts import choose
from netgpt_docs_service.chunking.headings import Outline
from netgpt_docs_service.chunking.interface import Tokenizer
from netgpt_docs_service.chunking.limits import Limits
from netgpt_docs_service.chunking.outlines import find_headings
from netgpt_docs_service.chunking.overlaps import Overlaps
from netgpt_docs_service.chunking.passages import PassageMaker
from netgpt_docs_service.chunking.units import lay_out
from netgpt_docs_service.chunking.whole_turns import Places, at_turn_starts, whole_turns
from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.domain.layout import PLAIN, Heading, Layout
from netgpt_docs_service.errors import InvalidInput, Overloaded

_ALGORITHM = "anchors-1"  # a new number whenever the same text is cut elsewhere
_THREADS = 2
# A million characters take a second or two to cut: what is admitted last waits for half a minute.
_MOST_TEXTS = 512
_MOST_CHARACTERS = 32_000_000

_Cut = TypeVar("_Cut")


class TokenChunker:
    """Cut documents into passages that fit the model, at places an edit elsewhere does not move.

    A passage has at most `chunk_tokens` tokens, special tokens and overlap included, and at most
    16 characters per token. It repeats at most `overlap_tokens` of the passage before it, from a
    sentence bound on, and nothing from before a heading.
    """

    def __init__(self, tokenizer: Tokenizer, *, chunk_tokens: int, overlap_tokens: int) -> None:
        """Raise ConfigurationError for sizes that no cutting could keep."""
        self._tokenizer = tokenizer
        self._limits = Limits(chunk_tokens - tokenizer.special_token_count, overlap_tokens)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="chunking")
        self._texts = self._characters = 0

    @property
    def fingerprint(self) -> str:
        """Name algorithm and sizes; the model's fingerprint names the tokenizer."""
        return f"{_ALGORITHM}-{self._limits.tokens}-{self._limits.overlap_tokens}"

    async def chunk(self, text: str, *, media_type: str, layout: Layout = PLAIN) -> list[Passage]:
        """Do what `split` does, in a thread of the chunker's own.

        Raises Overloaded when too many texts, or too long ones, are being cut or wait for it.
        """
        return await self._in_a_thread(
            len(text), lambda: self.split(text, media_type=media_type, layout=layout)
        )

    async def beginnings(self, texts: Sequence[str]) -> list[Passage]:
        """Return the longest beginning of each text that fits, cut after a sentence if need be.

        Raises Overloaded as `chunk` does.
        """
        return await self._in_a_thread(
            sum(map(len, texts)),
            lambda: [beginning(text, self._tokenizer, self._limits) for text in texts],
        )

    def close(self) -> None:
        """End the threads; what is being cut is finished first."""
        self._pool.shutdown()

    def split(self, text: str, *, media_type: str, layout: Layout = PLAIN) -> list[Passage]:
        """Return the passages of `text` in order; together they cover every character.

        Raises InvalidInput when `text` holds nothing the model could read.
        """
        tokens = self._tokenizer.tokenize(text)
        if not len(tokens.ids) or not text.strip():
            message = "the text holds no words"
            raise InvalidInput(message)
        characters = Characters.of(text)
        units = lay_out(characters, tokens, self._tokenizer, self._limits)
        headings: Sequence[Heading] = (
            find_headings(text, media_type=media_type)
            if layout.headings is None
            else layout.headings
        )
        if layout.turn_starts:
            units = at_turn_starts(units, layout.turn_starts, tokens)
        level = levels(characters, units.positions, headings)
        places = Places(units, level, np.zeros(len(level), dtype=bool))
        if layout.turn_starts:
            places = whole_turns(units, level, layout.turn_starts, self._limits)
        overlaps = Overlaps.of(places, self._limits)
        key = keys(places.levels, places.units.token_at, tokens.ids)
        cuts = choose(places, key, overlaps.longest(), self._limits)
        maker = PassageMaker(
            text=text,
            ids=tokens.ids,
            units=places.units,
            overlaps=overlaps,
            outline=Outline.of(headings),
            layout=layout,
            tokenizer=self._tokenizer,
        )
        return list(maker.passages(cuts))

    async def _in_a_thread(self, characters: int, cut: Callable[[], _Cut]) -> _Cut:
        with self._place(characters):
            return await asyncio.get_running_loop().run_in_executor(self._pool, cut)

    @contextmanager
    def _place(self, characters: int) -> Iterator[None]:
        """Hold a place among the texts that are cut; only the event loop's thread counts them."""
        if self._texts >= _MOST_TEXTS or self._characters + characters > _MOST_CHARACTERS:
            message = f"{self._texts} texts of {self._characters} characters wait to be cut"
            raise Overloaded(message, retry_after_s=1.0)
        self._texts += 1
        self._characters += characters
        try:
            yield
        finally:
            self._texts -= 1
            self._characters -= characters
