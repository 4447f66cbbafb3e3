"""What is sent to list, change and delete documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from netgpt_docs_service.api.schemas.ingest import to_metadata, to_moment
from netgpt_docs_service.api.schemas.shapes import (
    DocTypeField,
    FilterField,
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
from netgpt_docs_service.domain.documents import DocumentFields
from netgpt_docs_service.domain.filters import Comparison, Compound, Filter

MAX_PAGE = 1_000


def _hide_defaults(schema: dict[str, Any]) -> None:
    """A field that is left out stays as it is, whatever its default here."""
    for field in schema["properties"].values():
        field.pop("default", None)


class PatchRequest(Strict):
    """The fields to change, each replaced whole; null clears title, intent, source, expires_at."""

    model_config = ConfigDict(json_schema_extra=_hide_defaults)

    title: TitleField | None = None
    doc_type: DocTypeField = "text"
    intent: IntentField | None = None
    tags: TagsField = Field(default_factory=list)
    source: SourceField | None = None
    metadata: MetadataField = Field(default_factory=dict)
    expires_at: MomentField | None = None

    def changed(self) -> dict[str, Any]:
        """Return the new value of each field that was sent; a rule may refuse one."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        if "tags" in sent:
            sent["tags"] = tuple(self.tags)
        if "metadata" in sent:
            sent["metadata"] = to_metadata(self.metadata)
        if "expires_at" in sent:
            sent["expires_at"] = to_moment("expires_at", self.expires_at)
        rules.check_fields(replace(DocumentFields(), **sent))
        return sent


class DeleteRequest(Strict):
    """Which documents to delete, and whether only to count them."""

    filter: FilterField
    dry_run: bool


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ListQuery(_Query):
    """Which documents to list."""

    doc_type: str | None = None
    tag: str | None = None
    source: str | None = None
    intent: str | None = None
    updated_after: Annotated[str | None, shown(format="date-time")] = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 100
    cursor: str | None = None

    def condition(self) -> Filter | None:
        """Return the filter that all parameters together make."""
        equal = {
            "doc_type": self.doc_type,
            "tags": self.tag,
            "source": self.source,
            "intent": self.intent,
        }
        conditions = [
            Comparison("eq", key, value) for key, value in equal.items() if value is not None
        ]
        after = to_moment("updated_after", self.updated_after)
        if after is not None:
            conditions.append(Comparison("gt", "updated_at", after))
        return Compound("and", tuple(conditions)) if conditions else None


class ChunksQuery(_Query):
    """Which chunks of a document to read."""

    first: Annotated[int, Field(ge=0, description="Index of the first chunk.")] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = MAX_PAGE


class TextQuery(_Query):
    """Which part of a document's text to read, in characters."""

    start: Annotated[int, Field(ge=0)] = 0
    end: Annotated[int | None, Field(ge=0)] = None
