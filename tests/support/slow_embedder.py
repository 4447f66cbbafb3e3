"""An embedder that counts its passages and can be held in the middle of its work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.interface import EmbeddedTexts, ModelFingerprint, TextKind
from tests.support.fakes import DIMENSION, FINGERPRINT, MAX_TOKENS, HashEmbedder


@dataclass(slots=True)
class SlowEmbedder:
    """Embeds at once unless `go_on` is cleared, as it is once `hold_after` passages are done.

    `began` is set when a passage call has come in.
    """

    dimension: int = DIMENSION
    max_tokens: int = MAX_TOKENS
    fingerprint: ModelFingerprint = FINGERPRINT
    passages: int = 0
    hold_after: int | None = None
    began: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.go_on.set()

    async def embed_query(self, text: str) -> Vector:
        return await HashEmbedder().embed_query(text)

    async def embed_texts(self, texts: Sequence[str], *, kind: TextKind) -> EmbeddedTexts:
        return await HashEmbedder().embed_texts(texts, kind=kind)

    async def embed_passages(self, passages: Sequence[Sequence[int]]) -> list[Vector]:
        self.began.set()
        await self.go_on.wait()
        self.passages += len(passages)
        if self.hold_after is not None and self.passages >= self.hold_after:
            self.go_on.clear()
        return await HashEmbedder().embed_passages(passages)
