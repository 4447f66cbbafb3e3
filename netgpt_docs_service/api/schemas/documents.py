"""What is read of documents, and what is left of them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, Field

from netgpt_docs_service.domain.chunks import Chunk, Passage
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.usecases.delete import Deletion
from netgpt_docs_service.usecases.read import TextSlice
from netgpt_docs_service.usecases.verify import Verification


class ChunkModel(BaseModel):
    """A span of a document: `text == document_text[char_start:char_end]`."""

    chunk_index: int
    text: str
    char_start: int
    char_end: int
    page_start: int | None
    page_end: int | None
    heading_path: list[str]
    token_count: int

    @classmethod
    def of(cls, chunk: Chunk | Passage) -> Self:
        """Show a chunk."""
        return cls(
            chunk_index=chunk.index,
            text=chunk.text,
            char_start=chunk.char_start,
            char_end=chunk.char_end,
            page_start=chunk.page_start,
            page_end=chunk.page_end,
            heading_path=list(chunk.heading_path),
            token_count=chunk.token_count,
        )


class PairModel(ChunkModel):
    """A question with its answer, in a transcript; `chunk_index` is the chunk it starts in."""

    speakers: list[str]
    time_start_s: float | None
    time_end_s: float | None

    @classmethod
    def of(cls, chunk: Chunk | Passage) -> Self:
        """Show a pair."""
        shown = ChunkModel.of(chunk).model_dump()
        return cls(
            **(shown | {"chunk_index": chunk.in_chunk}),
            speakers=list(chunk.speech.speakers),
            time_start_s=chunk.speech.time_start_s,
            time_end_s=chunk.speech.time_end_s,
        )


class ChunkPage(BaseModel):
    """Chunks of one version of a document, in order; `chunk_count` counts all it has."""

    doc_id: str
    version: int
    chunk_count: int
    chunks: list[ChunkModel]

    @classmethod
    def of(cls, manifest: Manifest, chunks: list[Chunk]) -> Self:
        """Show chunks."""
        return cls(
            doc_id=manifest.doc_id,
            version=manifest.version,
            chunk_count=manifest.chunk_count,
            chunks=[ChunkModel.of(chunk) for chunk in chunks],
        )


class TextModel(BaseModel):
    """Part of a document's text: `text == document_text[char_start:char_end]`."""

    doc_id: str
    version: int
    char_start: int
    char_end: int
    text: str

    @classmethod
    def of(cls, part: TextSlice) -> Self:
        """Show a slice."""
        return cls(
            doc_id=part.manifest.doc_id,
            version=part.manifest.version,
            char_start=part.char_start,
            char_end=part.char_end,
            text=part.text,
        )


class VerificationModel(BaseModel):
    """A recount of a document against the store."""

    doc_id: str
    version: int
    chunks_expected: int
    chunks_found: int
    pairs_expected: int
    pairs_found: int
    text_matches: bool
    whole: Annotated[bool, Field(description="Whether everything is as the manifest says.")]

    @classmethod
    def of(cls, found: Verification) -> Self:
        """Show a verification."""
        return cls(
            doc_id=found.manifest.doc_id,
            version=found.manifest.version,
            chunks_expected=found.manifest.chunk_count,
            chunks_found=found.chunks_found,
            pairs_expected=found.manifest.pair_count,
            pairs_found=found.pairs_found,
            text_matches=found.text_matches,
            whole=found.is_whole,
        )


class DeletedModel(BaseModel):
    """How many chunks and pairs the deleted document had."""

    deleted_chunks: int
    deleted_pairs: int


class DeletionModel(BaseModel):
    """What a deletion by filter matched and deleted; a dry run deletes nothing."""

    matched: int
    deleted_documents: int
    deleted_chunks: int
    deleted_pairs: int

    @classmethod
    def of(cls, deletion: Deletion) -> Self:
        """Show a deletion."""
        return cls.model_validate(deletion, from_attributes=True)
