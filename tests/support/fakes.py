"""Small stand-ins for the model: deterministic, exact about offsets and limits, and instant."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from netgpt_docs_service.domain.chunks import Passage, Vector
from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.errors import LimitExceeded

_WORD = re.compile(r"\s*\S+\s*")
_DIMENSION = 32
_MAX_TOKENS = 64


def _token_id(word: str) -> int:
    return int.from_bytes(hashlib.sha256(word.lower().encode()).digest()[:4], "big")


@dataclass(frozen=True, slots=True)
class WordChunker:
    """Cut after every `words` words; the passages touch and cover every character."""

    words: int = 8

    @property
    def fingerprint(self) -> str:
        return f"words-{self.words}"

    async def chunk(self, text: str, *, media_type: str) -> list[Passage]:
        _ = media_type
        spans = [match.span() for match in _WORD.finditer(text)]
        groups = [spans[at : at + self.words] for at in range(0, len(spans), self.words)]
        passages = []
        for index, group in enumerate(groups):
            start, end = group[0][0], group[-1][1]
            ids = tuple(_token_id(word) for word in text[start:end].split())
            passages.append(
                Passage(
                    index=index,
                    text=text[start:end],
                    char_start=start,
                    char_end=end,
                    token_ids=ids,
                    token_count=len(ids) + 2,
                )
            )
        return passages


class HashEmbedder:
    """Embed a bag of words: texts that share words are near one another."""

    @property
    def dimension(self) -> int:
        return _DIMENSION

    @property
    def max_tokens(self) -> int:
        return _MAX_TOKENS

    @property
    def fingerprint(self) -> ModelFingerprint:
        return ModelFingerprint(
            weights_sha256="0" * 64,
            tokenizer_sha256="0" * 64,
            architecture_sha256="0" * 64,
            dimension=_DIMENSION,
            pooling="mean",
            normalize=True,
            query_prefix="",
            passage_prefix="",
            max_tokens=_MAX_TOKENS,
        )

    async def embed_query(self, text: str) -> Vector:
        ids = [_token_id(word) for word in text.split()]
        if len(ids) + 2 > _MAX_TOKENS:
            message = f"the question has {len(ids) + 2} tokens; the model takes {_MAX_TOKENS}"
            raise LimitExceeded(message, pointer="/query")
        return _bag(ids)

    async def embed_passages(self, passages: Sequence[Sequence[int]]) -> list[Vector]:
        return [_bag(ids) for ids in passages]


def _bag(ids: Sequence[int]) -> Vector:
    vector = [0.0] * _DIMENSION
    for token_id in ids:
        vector[token_id % _DIMENSION] += 1.0
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]
