"""What a document is, and what was done to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from netgpt_docs_service.domain.layout import PLAIN, Layout

Scalar: TypeAlias = str | int | float | bool
MetadataValue: TypeAlias = Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFields:
    """What the caller says about a document; every field can be filtered on."""

    title: str | None = None
    doc_type: str = "text"
    intent: str | None = None
    tags: tuple[str, ...] = ()
    source: str | None = None
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    expires_at: datetime | None = None

    def canonical(self) -> str:
        """Return a text that is equal exactly when all fields are: 1, 1.0 and True differ."""
        values = asdict(self) | {"metadata": dict(self.metadata)}
        return json.dumps(values, sort_keys=True, default=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a document's text was before: which kind of file, and what that says of itself.

    `text_type` is the markup that the text is in, where `media_type` does not say so; `warnings`
    say what of the file is not in the text.
    """

    media_type: str = "text/plain"
    filename: str | None = None
    text_type: str | None = None
    language: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def markup(self) -> str:
        """The media type of the text itself."""
        return self.text_type or self.media_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as it was accepted: its text is what every offset refers to.

    `source_sha256` is over the bytes as sent; for plain text they are the UTF-8 of the text.
    `extractor` names what read the text out of a file, None for text that was sent as text.
    """

    doc_id: str
    text: str
    fields: DocumentFields = field(default_factory=DocumentFields)
    layout: Layout = PLAIN
    origin: Origin = field(default_factory=Origin)
    size_bytes: int | None = None
    source_sha256: str | None = None
    extractor: str | None = None


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Fingerprints of the three steps that turn bytes into vectors."""

    extractor: str
    chunker: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A document's truth: which generation of chunks is current, and how it was made.

    `sequence` orders every write of the document, `version` is the sequence of the write that made
    the current generation. A manifest without a generation is a tombstone: the document is gone.
    """

    doc_id: str
    sequence: int
    generation: str | None
    version: int
    fields: DocumentFields = field(default_factory=DocumentFields)
    origin: Origin = field(default_factory=Origin)
    size_bytes: int = 0
    pages: int | None = None
    source_sha256: str = ""
    content_sha256: str = ""
    pipeline: Pipeline = Pipeline("", "", "")
    chunk_count: int = 0
    pair_count: int = 0
    token_count: int = 0
    char_count: int = 0
    took_ms: float = 0.0
    created_at: datetime
    updated_at: datetime

    @property
    def is_tombstone(self) -> bool:
        """Whether the document was deleted."""
        return self.generation is None

    def is_readable(self, now: datetime) -> bool:
        """Whether readers may see the document at `now`: it exists and has not expired."""
        expires_at = self.fields.expires_at
        return not self.is_tombstone and (expires_at is None or expires_at > now)


def tombstone(doc_id: str, *, sequence: int, created_at: datetime, now: datetime) -> Manifest:
    """Return the manifest of a document that was deleted by the write of `sequence`."""
    return Manifest(
        doc_id=doc_id,
        sequence=sequence,
        generation=None,
        version=sequence,
        created_at=created_at,
        updated_at=now,
    )


class ReceiptStatus(StrEnum):
    """How a write of a document ended."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What every ingest answers.

    `embedded` + `reused` = those of `chunks` and `pairs` that carry a vector; `deleted` counts
    chunks and pairs of the previous version which the new one no longer has; `tokens` are the
    model's for the chunks, special tokens included.
    """

    doc_id: str
    version: int
    status: ReceiptStatus
    chunks: int
    embedded: int
    reused: int
    deleted: int
    tokens: int
    content_sha256: str
    took_ms: float
    pairs: int = 0
