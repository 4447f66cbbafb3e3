"""What is sent to store documents, and what comes back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from netgpt_docs_service.api.schemas.documents import ChunkModel, PairModel
from netgpt_docs_service.api.schemas.filter_schema import NAMED_SCHEMA
from netgpt_docs_service.api.schemas.problem import Problem
from netgpt_docs_service.api.schemas.shapes import (
    DocIdField,
    DocTypeField,
    IntentField,
    MetadataField,
    MomentField,
    SourceField,
    Strict,
    TagsField,
    TitleField,
    shown,
)
from netgpt_docs_service.domain import rules
from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.domain.documents import (
    Document,
    DocumentFields,
    MetadataValue,
    Origin,
    Receipt,
    ReceiptStatus,
)
from netgpt_docs_service.errors import InvalidInput

MAX_BATCH = 100


class IngestRequest(Strict):
    """A document: its text, and what can be filtered on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "doc_id": "policy-7",
                    "text": "Packages must declare the licence of every file they ship.",
                    "title": "Licences",
                    "doc_type": "policy",
                    "tags": ["legal"],
                    "metadata": {"year": 2026, "team": "archive"},
                }
            ]
        }
    )

    doc_id: DocIdField
    text: Annotated[
        str,
        shown(
            minLength=1,
            maxLength=rules.MAX_TEXT_CHARACTERS,
            pattern=r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
            description="Stored as sent: offsets refer to it. It also has a limit in bytes.",
        ),
    ]
    title: TitleField | None = None
    doc_type: DocTypeField = "text"
    intent: IntentField | None = None
    tags: TagsField = Field(default_factory=list)
    source: SourceField | None = None
    metadata: MetadataField = Field(default_factory=dict)
    expires_at: MomentField | None = None

    def to_document(self, *, max_text_bytes: int) -> Document:
        """Return the document; InvalidInput or LimitExceeded when a rule refuses it."""
        rules.check_doc_id(self.doc_id)
        rules.check_text(self.text, max_bytes=max_text_bytes)
        fields = DocumentFields(
            title=self.title,
            doc_type=self.doc_type,
            intent=self.intent,
            tags=tuple(self.tags),
            source=self.source,
            metadata=to_metadata(self.metadata),
            expires_at=to_moment("expires_at", self.expires_at),
        )
        rules.check_fields(fields)
        return Document(
            doc_id=self.doc_id,
            text=self.text,
            fields=fields,
            origin=Origin(media_type=rules.text_media_type(self.source)),
        )


class BatchRequest(Strict):
    """Documents to store in one request; each is checked on its own."""

    documents: Annotated[
        list[Any],
        WithJsonSchema(
            {
                "type": "array",
                "items": {NAMED_SCHEMA: "IngestRequest"},
                "minItems": 1,
                "maxItems": MAX_BATCH,
            }
        ),
        Field(min_length=1, max_length=MAX_BATCH),
    ]


class ReceiptModel(BaseModel):
    """How a document was stored. `superseded`: a write accepted later replaced this one."""

    doc_id: str
    version: int
    status: ReceiptStatus
    chunks: int
    pairs: int
    embedded: int
    reused: int
    deleted: int
    tokens: int
    content_sha256: str
    took_ms: float

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        """Show a receipt."""
        return cls.model_validate(receipt, from_attributes=True)


class BatchItem(BaseModel):
    """What became of one document: `status` is what /ingest would have answered."""

    status: int
    retry_after_s: Annotated[
        int | None, Field(description="Try again after so many seconds: with 429 and 503 only.")
    ] = None
    receipt: ReceiptModel | None = None
    problem: Problem | None = None


class PreviewModel(BaseModel):
    """The chunks that an ingest would store, and a transcript's pairs; nothing was stored."""

    doc_id: str
    title: str | None
    media_type: str
    language: str | None
    pages: int | None
    warnings: Annotated[list[str], Field(description="What of a file is not in the text.")]
    chunk_count: int
    pair_count: int
    token_count: int
    chunks: list[ChunkModel]
    pairs: list[PairModel]

    @classmethod
    def of(cls, document: Document, passages: list[Passage]) -> Self:
        """Show the passages of a document."""
        chunks = [each for each in passages if each.kind is ChunkKind.CHUNK]
        pairs = [each for each in passages if each.kind is ChunkKind.PAIR]
        origin = document.origin
        return cls(
            doc_id=document.doc_id,
            title=document.fields.title,
            media_type=origin.media_type,
            language=origin.language,
            pages=len(document.layout.page_starts) or None,
            warnings=list(origin.warnings),
            chunk_count=len(chunks),
            pair_count=len(pairs),
            token_count=sum(chunk.token_count for chunk in chunks),
            chunks=[ChunkModel.of(chunk) for chunk in chunks],
            pairs=[PairModel.of(pair) for pair in pairs],
        )


def to_metadata(sent: dict[str, Any]) -> dict[str, MetadataValue]:
    """Return metadata as frozen values; InvalidInput for one that is no scalar or list of them."""
    metadata: dict[str, MetadataValue] = {}
    for name, value in sent.items():
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, str | int | float | bool):
                message = "metadata values must be scalars or lists of scalars"
                raise InvalidInput(message, pointer=f"/metadata/{name}")
        metadata[name] = tuple(value) if isinstance(value, list) else value
    return metadata


def to_moment(name: str, sent: str | None) -> datetime | None:
    """Return the moment that a field names, if it names one."""
    return None if sent is None else rules.parse_moment(name, sent, pointer=f"/{name}")
