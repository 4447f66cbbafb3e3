"""The lines of an archive: JSON that is checked to the last field when it is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AwareDatetime, Field, ValidationError

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import Chunk, Vector, generation_name, generation_sequence
from netgpt_docs_service.domain.documents import (
    DocumentFields,
    Manifest,
    Origin,
    Pipeline,
    Scalar,
)
from netgpt_docs_service.domain.layout import PLAIN, Heading, Layout
from netgpt_docs_service.domain.layout_parts import parts_of
from netgpt_docs_service.usecases.chunk_lines import ChunkLine, Count, Line

_Sha256: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Generation: TypeAlias = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,15}-[0-9]{1,16}$")]


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
    sequence: Count
    generation: _Generation
    version: Count
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
    size_bytes: Count
    pages: Count | None = None
    source_sha256: str
    content_sha256: _Sha256
    extractor: str
    chunker: str
    model: str
    chunk_count: Count
    pair_count: Count = 0
    token_count: Count
    char_count: Count
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


class LayoutLine(Line):
    """Where the parts of a document's text lie; a heading is start, end, level and title."""

    page_starts: list[Count] = Field(default_factory=list)
    headings: list[tuple[Count, Count, Count, str]] | None = None
    turn_starts: list[Count] = Field(default_factory=list)

    @classmethod
    def of(cls, layout: Layout) -> Self | None:
        """Write a layout down; nothing where nothing is known."""
        if layout == PLAIN:
            return None
        headings = layout.headings
        return cls(
            page_starts=list(layout.page_starts),
            headings=None
            if headings is None
            else [(each.start, each.end, each.level, each.title) for each in headings],
            turn_starts=list(layout.turn_starts),
        )

    def layout(self) -> Layout:
        """Return the layout."""
        headings = self.headings
        return Layout(
            page_starts=tuple(self.page_starts),
            headings=None if headings is None else tuple(Heading(*each) for each in headings),
            turn_starts=tuple(self.turn_starts),
        )


class DocumentLine(Line):
    """A document with its text; with its chunks in order where vectors were asked for."""

    kind: Literal["document"] = "document"
    tenant: str
    manifest: ManifestLine
    text: str
    layout: LayoutLine | None = None
    chunks: list[ChunkLine] | None = None
    pairs: list[ChunkLine] | None = None

    def document_layout(self) -> Layout:
        """Return what is known of the text's parts."""
        return PLAIN if self.layout is None else self.layout.layout()

    def stored_chunks(self) -> tuple[list[Chunk], list[Vector | None]]:
        """Return the chunks and their vectors; ValueError for a vector that is none."""
        lines, layout = self.chunks or [], self.document_layout()
        chunks = self._chunks(lines, ChunkKind.CHUNK)
        if layout != PLAIN:
            parts = parts_of(layout, [chunk.char_end for chunk in chunks])
            chunks = [replace(each, layout=part) for each, part in zip(chunks, parts, strict=True)]
        return chunks, [line.stored_vector() for line in lines]

    def stored_pairs(self) -> tuple[list[Chunk], list[Vector | None]]:
        """Return the pairs and their vectors; ValueError for a vector that is none."""
        lines = self.pairs or []
        return self._chunks(lines, ChunkKind.PAIR), [line.stored_vector() for line in lines]

    def _chunks(self, lines: list[ChunkLine], kind: ChunkKind) -> list[Chunk]:
        manifest = self.manifest
        return [
            Chunk(
                doc_id=manifest.doc_id,
                generation=manifest.generation,
                sequence=generation_sequence(manifest.generation),
                index=index,
                text=self.text[line.char_start : line.char_end],
                kind=kind,
                **line.values(),
            )
            for index, line in enumerate(lines)
        ]


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
    documents: Count
    chunks: Count
    skipped: Count = 0
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
