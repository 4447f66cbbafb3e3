"""Small stand-ins for the model: deterministic, exact about offsets and limits, and instant."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from netgpt_docs_service.domain.chunks import Passage, Vector
from netgpt_docs_service.domain.layout import PLAIN, Layout
from netgpt_docs_service.embedding.interface import EmbeddedTexts, ModelFingerprint, TextKind
from netgpt_docs_service.errors import LimitExceeded

DIMENSION = 32
MAX_TOKENS = 64
FINGERPRINT = ModelFingerprint(
    weights_sha256="0" * 64,
    tokenizer_sha256="1" * 64,
    architecture_sha256="2" * 64,
    dimension=DIMENSION,
    pooling="mean",
    normalize=True,
    query_prefix="",
    passage_prefix="",
    max_tokens=MAX_TOKENS,
)
_WORD = re.compile(r"\s*\S+\s*")
_SPECIAL_TOKENS = 2


@dataclass(frozen=True, slots=True)
class WordChunker:
    """Cut after every `words` words; the passages touch and cover every character."""

    words: int = 8

    @property
    def fingerprint(self) -> str:
        return f"words-{self.words}"

    async def chunk(self, text: str, *, media_type: str, layout: Layout = PLAIN) -> list[Passage]:
        del media_type
        ends = [match.end() for match in _WORD.finditer(text)]
        return _passages(
            text, layout, dict.fromkeys([*ends[self.words - 1 :: self.words], *ends[-1:]])
        )

    async def beginnings(self, texts: Sequence[str]) -> list[Passage]:
        return [_passages(text, PLAIN, [_end_of_words(text, 4 * self.words)])[0] for text in texts]


@dataclass(frozen=True, slots=True)
class ParagraphChunker:
    """One passage a paragraph; the blank lines belong to the one before."""

    fingerprint: str = "paragraphs"

    async def chunk(self, text: str, *, media_type: str, layout: Layout = PLAIN) -> list[Passage]:
        del media_type
        ends = accumulate(len(part) + 2 for part in text.split("\n\n"))
        return _passages(text, layout, (min(end, len(text)) for end in ends))

    async def beginnings(self, texts: Sequence[str]) -> list[Passage]:
        return [_passages(text, PLAIN, [len(text)])[0] for text in texts]


@dataclass(frozen=True, slots=True)
class HashEmbedder:
    """Embed a bag of words: texts that share words are near one another."""

    dimension: int = DIMENSION
    max_tokens: int = MAX_TOKENS
    fingerprint: ModelFingerprint = FINGERPRINT

    async def embed_query(self, text: str) -> Vector:
        ids = _token_ids(text)
        tokens = len(ids) + _SPECIAL_TOKENS
        if tokens > self.max_tokens:
            message = f"the question has {tokens} tokens; the model takes {self.max_tokens}"
            raise LimitExceeded(message, pointer="/query")
        return self._bag(ids)

    async def embed_passages(self, passages: Sequence[Sequence[int]]) -> list[Vector]:
        return [self._bag(ids) for ids in passages]

    async def embed_texts(self, texts: Sequence[str], *, kind: TextKind) -> EmbeddedTexts:
        """Embed as if the model had the prefix `query` for questions, and none for passages."""
        prefix = "query " if kind is TextKind.QUERY else ""
        inputs = [_token_ids(prefix + text) for text in texts]
        lengths = [len(ids) + _SPECIAL_TOKENS for ids in inputs]
        for index, tokens in enumerate(lengths):
            if tokens > self.max_tokens:
                message = f"text {index} has {tokens} tokens; the model takes {self.max_tokens}"
                raise LimitExceeded(message)
        return EmbeddedTexts(vectors=[self._bag(ids) for ids in inputs], tokens=sum(lengths))

    def _bag(self, ids: Sequence[int]) -> Vector:
        vector = [0.0] * self.dimension
        for token_id in ids:
            vector[token_id % self.dimension] += 1.0
        length = math.hypot(*vector) or 1.0
        return [value / length for value in vector]


def _passages(text: str, layout: Layout, ends: Iterable[int]) -> list[Passage]:
    passages, start = [], 0
    for index, end in enumerate(ends):
        ids = _token_ids(text[start:end])
        page_start, page_end = layout.pages_of(text[start:end], start)
        passages.append(
            Passage(
                index=index,
                text=text[start:end],
                char_start=start,
                char_end=end,
                token_ids=ids,
                token_count=len(ids) + _SPECIAL_TOKENS,
                page_start=page_start,
                page_end=page_end,
            )
        )
        start = end
    return passages


def _end_of_words(text: str, words: int) -> int:
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    return ends[min(words, len(ends)) - 1]


def _token_ids(text: str) -> tuple[int, ...]:
    return tuple(
        int.from_bytes(hashlib.sha256(word.lower().encode()).digest()[:4], "big")
        for word in text.split()
    )
