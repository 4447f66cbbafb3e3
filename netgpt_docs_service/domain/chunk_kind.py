"""What a passage of a document is."""

from __future__ import annotations

from enum import StrEnum


class ChunkKind(StrEnum):
    """What a passage is; the chunks of a document make up its text, its pairs repeat parts."""

    CHUNK = "chunk"
    PAIR = "pair"
    """A question with its answer."""
