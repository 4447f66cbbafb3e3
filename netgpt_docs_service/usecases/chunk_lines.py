"""Chunks and pairs as parts of an archive's lines: JSON that is checked to the last field."""

from __future__ import annotations

import base64
import binascii
from array import array
from typing import Annotated, Any, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from netgpt_docs_service.domain.chunks import Chunk, Vector
from netgpt_docs_service.domain.dialogue import Speech

Count: TypeAlias = Annotated[int, Field(ge=0, le=2**53)]
_Seconds: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]  # what is stored is exported


class Line(BaseModel):
    """A line, or a part of one: nothing unknown in it, nothing of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def as_bytes(self) -> bytes:
        """Return the line with its end."""
        return self.model_dump_json(exclude_none=True).encode() + b"\n"


class ChunkLine(Line):
    """A chunk or pair: where it lies in the text, and its vector as base64 of float32."""

    char_start: Count
    char_end: Count
    chunk_hash: str
    token_count: Count
    heading_path: list[str]
    page_start: Count | None = None
    page_end: Count | None = None
    speakers: list[str] = Field(default_factory=list)
    time_start_s: _Seconds | None = None
    time_end_s: _Seconds | None = None
    in_chunk: Count | None = None
    vector: str | None = None

    @classmethod
    def of(cls, chunk: Chunk, vector: Vector | None) -> Self:
        """Write a chunk down."""
        return cls(
            **{name: getattr(chunk, name) for name in _OF_CHUNK},
            heading_path=list(chunk.heading_path),
            speakers=list(chunk.speech.speakers),
            time_start_s=chunk.speech.time_start_s,
            time_end_s=chunk.speech.time_end_s,
            vector=None if vector is None else _base64_of(vector),
        )

    def values(self) -> dict[str, Any]:
        """Return what of a chunk is written here."""
        speech = Speech(
            speakers=tuple(self.speakers),
            time_start_s=self.time_start_s,
            time_end_s=self.time_end_s,
        )
        same = {name: getattr(self, name) for name in _OF_CHUNK}
        return same | {"heading_path": tuple(self.heading_path), "speech": speech}

    def stored_vector(self) -> Vector | None:
        """Return the vector; ValueError for one that is none."""
        return None if self.vector is None else _vector_of(self.vector)


_OF_CHUNK = (
    "char_start",
    "char_end",
    "chunk_hash",
    "token_count",
    "page_start",
    "page_end",
    "in_chunk",
)


def _base64_of(vector: Vector) -> str:
    return base64.b64encode(array("f", vector).tobytes()).decode()


def _vector_of(text: str) -> Vector:
    try:
        return array("f", base64.b64decode(text, validate=True))
    except binascii.Error as error:
        message = f"a vector is not base64: {error}"
        raise ValueError(message) from error
