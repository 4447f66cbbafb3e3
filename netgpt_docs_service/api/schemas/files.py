"""What is sent with files, and what becomes of each."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from netgpt_docs_service.api.schemas.ingest import ReceiptModel, to_metadata, to_moment
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
from netgpt_docs_service.domain.documents import DocumentFields, ReceiptStatus
from netgpt_docs_service.usecases.ingest_files import StoredFile


def _meant(sent: object) -> object:
    return {"true": True, "false": False}.get(sent, sent) if isinstance(sent, str) else sent


Flag = Annotated[bool, Field(strict=True), BeforeValidator(_meant)]
"""`true` or `false`, to the letter."""


class UploadFields(Strict):
    """What a form says about its files; all of it counts for each of them."""

    doc_id: Annotated[
        DocIdField | None,
        Field(description="For a single file; without it the id is the file's name."),
    ] = None
    title: Annotated[
        TitleField | None, Field(description="Without it, the title found in the file.")
    ] = None
    doc_type: DocTypeField = "text"
    intent: IntentField | None = None
    tags: TagsField = Field(default_factory=list)
    source: SourceField | None = None
    source_url: Annotated[
        Annotated[str, shown(minLength=1, maxLength=rules.MAX_SOURCE_CHARACTERS)] | None,
        Field(description="Instead of a file: where to fetch it, which the operator must allow."),
    ] = None
    metadata: MetadataField = Field(default_factory=dict)
    expires_at: MomentField | None = None
    replace: Annotated[
        Flag, Field(description="Whether another file that is stored under the name may go.")
    ] = False

    def to_fields(self) -> DocumentFields:
        """Return the fields of each document; InvalidInput or LimitExceeded by a rule."""
        if self.doc_id is not None:
            rules.check_doc_id(self.doc_id)
        fields = DocumentFields(
            title=self.title,
            doc_type=self.doc_type,
            intent=self.intent,
            tags=tuple(self.tags),
            source=self.source if self.source is not None else self.source_url,
            metadata=to_metadata(self.metadata),
            expires_at=to_moment("expires_at", self.expires_at),
        )
        rules.check_fields(fields)
        return fields


class UploadQuery(BaseModel):
    """How to do an upload."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wait: Annotated[
        Flag, Field(description="Both ways the answer comes when all files are done.")
    ] = True
    replace: Annotated[Flag, Field(description="As the field of the form.")] = False


class UploadedFile(BaseModel):
    """A file that is stored. What there is none of is left out."""

    doc_id: str
    filename: str
    status: ReceiptStatus
    receipt: ReceiptModel
    duplicate_of: Annotated[
        str | None, Field(description="An earlier document with the same content.")
    ] = None
    warnings: Annotated[list[str], Field(description="What of the file is not in the text.")]
    title: str | None = None
    pages: int | None = None
    language: str | None = None
    media_type: str

    @classmethod
    def of(cls, stored: StoredFile, filename: str) -> Self:
        """Show what became of a file."""
        receipt, origin = stored.receipt, stored.origin
        return cls(
            doc_id=receipt.doc_id,
            filename=origin.filename or filename,
            status=receipt.status,
            receipt=ReceiptModel.of(receipt),
            duplicate_of=stored.duplicate_of,
            warnings=list(origin.warnings),
            title=stored.title,
            pages=stored.pages,
            language=origin.language,
            media_type=origin.media_type,
        )


class RejectedFile(BaseModel):
    """A file that is not stored; `problem` is what it would have been answered alone."""

    filename: str
    retry_after_s: Annotated[
        int | None, Field(description="Try again after so many seconds: with 429 and 503 only.")
    ] = None
    problem: Problem


class FilesAnswer(BaseModel):
    """What became of each file, in the order sent; `success`: none was rejected."""

    success: bool
    uploaded: list[UploadedFile]
    rejected: list[RejectedFile]


_TAGS = {
    "description": "A part for each tag, or one part with a JSON list.",
    "items": {
        "type": "string",
        "minLength": 1,
        "maxLength": rules.MAX_TAG_CHARACTERS,
        "pattern": r"^[^\u0000\s\[][^\u0000]*$",
    },
}


def form_body(file_fields: dict[str, Any]) -> dict[str, Any]:
    """Describe a form that must have `file_fields` besides the fields of UploadFields."""
    schema = UploadFields.model_json_schema()
    fields = {name: _never_null(field) for name, field in schema["properties"].items()}
    fields["tags"] |= _TAGS
    described = {
        **schema,
        "title": "Upload",
        "properties": {**file_fields, **fields},
        "required": list(file_fields),
    }
    return {"multipart/form-data": {"schema": described}}


def _never_null(described: dict[str, Any]) -> dict[str, Any]:
    """Leave out what no form can send, and a default that says no more than that."""
    kept = {name: each for name, each in described.items() if name != "anyOf" and each is not None}
    sendable = [each for each in described.get("anyOf", ()) if each.get("type") != "null"]
    return kept | (sendable[0] if sendable else {})
