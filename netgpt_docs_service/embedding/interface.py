"""Embedding: what turns questions, passages and whole texts into vectors. No other way leads in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from netgpt_docs_service.domain.chunks import Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFingerprint:
    """Everything that decides what a vector means; two models are one only if all of it agrees."""

    weights_sha256: str
    tokenizer_sha256: str
    architecture_sha256: str
    dimension: int
    pooling: str
    normalize: bool
    query_prefix: str
    passage_prefix: str
    max_tokens: int
    quantization: str | None = None
    """How weights and activations were rounded to integers; f32 and bf16 are comparable."""


class TextKind(StrEnum):
    """What a text is for: a question gets the model's query prefix, a passage its own."""

    QUERY = "query"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedTexts:
    """The vectors of some texts, in order, and what they cost."""

    vectors: list[Vector]
    tokens: int
    """Of all texts, special tokens and prefixes included."""


class Embedder(Protocol):
    """A loaded model. Work waits in bounded lanes and runs on threads of its own."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Most tokens of one passage, special tokens and prefix included."""
        ...

    @property
    def fingerprint(self) -> ModelFingerprint:
        """What the vectors of this engine are comparable with."""
        ...

    async def embed_query(self, text: str) -> Vector:
        """Return the vector of a question, with the model's query prefix.

        Raises LimitExceeded when it is longer than the model takes (never truncates), Overloaded
        when the queue is full, EmbeddingFailed when the engine raised on it.
        """
        ...

    async def embed_texts(self, texts: Sequence[str], *, kind: TextKind) -> EmbeddedTexts:
        """Return the vectors of whole texts; a short call runs beside ingest, as a question does.

        Raises as `embed_query` does; LimitExceeded names the text that is too long.
        """
        ...

    async def embed_passages(self, passages: Sequence[Sequence[int]]) -> list[Vector]:
        """Return one vector for each passage of token ids (without special tokens), in order.

        Raises as `embed_query` does; LimitExceeded names the passage that is too long.
        """
        ...
