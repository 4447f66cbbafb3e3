"""Cut a document by the model's own tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from netgpt_docs_service.chunking.anchors import keys
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
from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.domain.layout import PLAIN, Heading, Layout
from netgpt_docs_service.errors import InvalidInput, Overloaded

_ALGORITHM = "anchors-1"  # a new number whenever the same text is cut elsewhere
_THREADS = 2
# A million characters take a second or two to cut: what is admitted last waits for half a minute.
_MOST_TEXTS = 512
_MOST_CHARACTERS = 32_000_000


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
        with self._place(len(text)):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._pool, lambda: self.split(text, media_type=media_type, layout=layout)
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
        level = levels(characters, units.positions, headings)
        overlaps = Overlaps.of(units, level, self._limits)
        key = keys(level, units.token_at, tokens.ids)
        cuts = choose(units, level, key, overlaps.longest(), self._limits)
        outline = Outline.of(headings)
        maker = PassageMaker(text, tokens.ids, units, overlaps, outline, layout, self._tokenizer)
        return list(maker.passages(cuts))

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
