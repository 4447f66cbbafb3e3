"""Documents as readers see them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from netgpt_docs_service.domain.documents import Manifest, Scalar
from netgpt_docs_service.store.interface import ManifestPage


class PipelineModel(BaseModel):
    """Fingerprints of what made the chunks and vectors."""

    extractor: str
    chunker: str
    model: str


class ManifestModel(BaseModel):
    """What a document is and what was done to it; `version` grows with every write."""

    doc_id: str
    version: int
    title: str | None
    doc_type: str
    intent: str | None
    tags: list[str]
    source: str | None
    metadata: dict[str, Scalar | list[Scalar]]
    expires_at: datetime | None
    filename: str | None
    media_type: str
    size_bytes: int
    pages: int | None
    language: str | None
    file_metadata: dict[str, str]
    warnings: list[str]
    char_count: int
    chunk_count: int
    pair_count: int
    token_count: int
    source_sha256: str
    content_sha256: str
    pipeline: PipelineModel
    took_ms: float
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """Show a manifest without what only writers need: its sequence and generation."""
        fields = manifest.fields
        return cls(
            doc_id=manifest.doc_id,
            version=manifest.version,
            title=fields.title,
            doc_type=fields.doc_type,
            intent=fields.intent,
            tags=list(fields.tags),
            source=fields.source,
            metadata=show_metadata(manifest),
            expires_at=fields.expires_at,
            filename=manifest.origin.filename,
            media_type=manifest.origin.media_type,
            size_bytes=manifest.size_bytes,
            pages=manifest.pages,
            language=manifest.origin.language,
            file_metadata=dict(manifest.origin.metadata),
            warnings=list(manifest.origin.warnings),
            char_count=manifest.char_count,
            chunk_count=manifest.chunk_count,
            pair_count=manifest.pair_count,
            token_count=manifest.token_count,
            source_sha256=manifest.source_sha256,
            content_sha256=manifest.content_sha256,
            pipeline=PipelineModel.model_validate(manifest.pipeline, from_attributes=True),
            took_ms=manifest.took_ms,
            created_at=manifest.created_at,
            updated_at=manifest.updated_at,
        )


class DocumentPage(BaseModel):
    """One page of documents; `total_count` counts all that match."""

    entries: list[ManifestModel]
    total_count: int
    next_cursor: str | None

    @classmethod
    def of(cls, page: ManifestPage) -> Self:
        """Show a page."""
        entries = [ManifestModel.of(each) for each in page.entries]
        return cls(entries=entries, total_count=page.total_count, next_cursor=page.next_cursor)


def show_metadata(manifest: Manifest) -> dict[str, Scalar | list[Scalar]]:
    """Return a document's metadata with lists where lists were sent."""
    metadata = manifest.fields.metadata
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in metadata.items()
    }
