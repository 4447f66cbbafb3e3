"""The lines of an archive: JSON that is checked to the last field when it is read."""

from __future__ import annotations

import base64
import binascii
from array import array
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from netgpt_docs_service.domain.chunks import Chunk, Vector, generation_name, generation_sequence
from netgpt_docs_service.domain.documents import (
    DocumentFields,
    Manifest,
    Origin,
    Pipeline,
    Scalar,
)

_Count: TypeAlias = Annotated[int, Field(ge=0, le=2**53)]
_Sha256: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Generation: TypeAlias = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,15}-[0-9]{1,16}$")]


class Line(BaseModel):
    """A line, or a part of one: nothing unknown in it, nothing of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def as_bytes(self) -> bytes:
        """Return the line with its end."""
        return self.model_dump_json(exclude_none=True).encode() + b"\n"


class HeaderLine(Line):
    """What an archive is: `model` names the model of its vectors, `tenant` the only one in it."""

    kind: Literal["header"] = "header"
    format: Literal[1] = 1
    created_at: AwareDatetime
    model: str
    dimension: Annotated[int, Field(ge=1, le=65_536)]
    with_vectors: bool
    tenant: str | None = None


class ManifestLine(Line):
    """A manifest, field by field as it is stored."""

    doc_id: str
    sequence: _Count
    generation: _Generation
    version: _Count
    title: str | None = None
    doc_type: str
    intent: str | None = None
    tags: list[str]
    source: str | None = None
    metadata: dict[str, Scalar | list[Scalar]]
    expires_at: AwareDatetime | None = None
    media_type: str
    filename: str | None = None
    text_type: str | None = None
    language: str | None = None
    file_metadata: dict[str, str] = Field(default_factory=dict)
    warnings: list[str] = Field(default_factory=list)
    size_bytes: _Count
    pages: _Count | None = None
    source_sha256: str
    content_sha256: _Sha256
    extractor: str
    chunker: str
    model: str
    chunk_count: _Count
    token_count: _Count
    char_count: _Count
    took_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    created_at: AwareDatetime
    updated_at: AwareDatetime

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """Write a living document's manifest down."""
        fields = manifest.fields
        values = {name: getattr(manifest, name) for name in _OF_MANIFEST}
        # Which attempt wrote the set is nothing of the document: an import's is always its own.
        values["generation"] = generation_name(manifest.version, 1)
        values |= {name: getattr(fields, name) for name in _OF_FIELDS}
        values |= {name: getattr(manifest.pipeline, name) for name in _OF_PIPELINE}
        origin = manifest.origin
        values |= {name: getattr(origin, name) for name in _OF_ORIGIN}
        values |= {"file_metadata": dict(origin.metadata), "warnings": list(origin.warnings)}
        metadata = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in fields.metadata.items()
        }
        return cls(**values, tags=list(fields.tags), metadata=metadata)

    def manifest(self) -> Manifest:
        """Return the manifest."""
        metadata = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in self.metadata.items()
        }
        return Manifest(
            **{name: getattr(self, name) for name in _OF_MANIFEST},
            fields=DocumentFields(
                **{name: getattr(self, name) for name in _OF_FIELDS},
                tags=tuple(self.tags),
                metadata=metadata,
            ),
            origin=Origin(
                **{name: getattr(self, name) for name in _OF_ORIGIN},
                metadata=self.file_metadata,
                warnings=tuple(self.warnings),
            ),
            pipeline=Pipeline(*(getattr(self, name) for name in _OF_PIPELINE)),
        )


class ChunkLine(Line):
    """A chunk: where it lies in the document's text, and its vector as base64 of float32."""

    char_start: _Count
    char_end: _Count
    chunk_hash: str
    token_count: _Count
    heading_path: list[str]
    page_start: _Count | None = None
    page_end: _Count | None = None
    vector: str | None = None

    @classmethod
    def of(cls, chunk: Chunk, vector: Vector | None) -> Self:
        """Write a chunk down."""
        return cls(
            char_start=chunk.char_start,
            char_end=chunk.char_end,
            chunk_hash=chunk.chunk_hash,
            token_count=chunk.token_count,
            heading_path=list(chunk.heading_path),
            page_start=chunk.page_start,
            page_end=chunk.page_end,
            vector=None if vector is None else _base64_of(vector),
        )


class DocumentLine(Line):
    """A document with its text; with its chunks in order where vectors were asked for."""

    kind: Literal["document"] = "document"
    tenant: str
    manifest: ManifestLine
    text: str
    chunks: list[ChunkLine] | None = None

    def stored_chunks(self) -> tuple[list[Chunk], list[Vector | None]]:
        """Return the chunks and their vectors; ValueError for a vector that is none."""
        lines, generation = self.chunks or [], self.manifest.generation
        chunks = [
            Chunk(
                doc_id=self.manifest.doc_id,
                generation=generation,
                sequence=generation_sequence(generation),
                index=index,
                text=self.text[line.char_start : line.char_end],
                chunk_hash=line.chunk_hash,
                char_start=line.char_start,
                char_end=line.char_end,
                token_count=line.token_count,
                heading_path=tuple(line.heading_path),
                page_start=line.page_start,
                page_end=line.page_end,
            )
            for index, line in enumerate(lines)
        ]
        vectors = [None if line.vector is None else _vector_of(line.vector) for line in lines]
        return chunks, vectors


class SkippedLine(Line):
    """A document that could not be read whole, and why; names that cannot be told are empty."""

    kind: Literal["skipped"] = "skipped"
    point_id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    tenant: str
    doc_id: str
    reason: str


class TrailerLine(Line):
    """How much came before, and the SHA-256 over all of its bytes."""

    kind: Literal["trailer"] = "trailer"
    documents: _Count
    chunks: _Count
    skipped: _Count = 0
    sha256: _Sha256


_OF_PIPELINE = ("extractor", "chunker", "model")
_OF_FIELDS = ("title", "doc_type", "intent", "source", "expires_at")
_OF_ORIGIN = ("media_type", "filename", "text_type", "language")
_REWRITTEN = ("tags", "metadata", "file_metadata", "warnings")
_OF_MANIFEST = tuple(
    name
    for name in ManifestLine.model_fields
    if name not in (*_OF_PIPELINE, *_OF_FIELDS, *_OF_ORIGIN, *_REWRITTEN)
)


def first_fault(error: ValidationError) -> str:
    """Say in one line what is wrong first, and where."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg']}" if place else fault["msg"]


def _base64_of(vector: Vector) -> str:
    return base64.b64encode(array("f", vector).tobytes()).decode()


def _vector_of(text: str) -> Vector:
    try:
        return array("f", base64.b64decode(text, validate=True))
    except binascii.Error as error:
        message = f"a vector is not base64: {error}"
        raise ValueError(message) from error
