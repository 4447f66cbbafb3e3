"""Shapes that several requests share. Limits are in domain/rules.py; here they are only shown."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from netgpt_docs_service.api.schemas.filter_schema import NAMED_SCHEMA, SCALAR, TEXT_PATTERN
from netgpt_docs_service.domain import rules


def shown(**schema: str | int) -> Any:  # noqa: ANN401  pydantic types its field info as Any, too
    """Show limits in OpenAPI that a rule checks, with a better message than pydantic's."""
    return Field(json_schema_extra=dict(schema))


def _whole(sent: object) -> object:
    """JSON has one kind of number: 5.0 is 5, though "5" and true are not."""
    return int(sent) if isinstance(sent, float) and sent.is_integer() else sent


WHOLE = BeforeValidator(_whole)
"""Reads an integer as JSON means it."""


DOC_ID_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f]+$"


class Strict(BaseModel):
    """A request: unknown names are refused, and "5" is not 5."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


DocIdField = Annotated[
    str,
    shown(
        minLength=1,
        maxLength=rules.MAX_DOC_ID_CHARACTERS,
        pattern=DOC_ID_PATTERN,
    ),
]
TitleField = Annotated[str, shown(maxLength=rules.MAX_TITLE_CHARACTERS, pattern=TEXT_PATTERN)]
DocTypeField = Annotated[
    str, shown(minLength=1, maxLength=rules.MAX_DOC_TYPE_CHARACTERS, pattern=TEXT_PATTERN)
]
IntentField = Annotated[str, shown(maxLength=rules.MAX_INTENT_CHARACTERS, pattern=TEXT_PATTERN)]
SourceField = Annotated[str, shown(maxLength=rules.MAX_SOURCE_CHARACTERS, pattern=TEXT_PATTERN)]
TagField = Annotated[
    str, shown(minLength=1, maxLength=rules.MAX_TAG_CHARACTERS, pattern=TEXT_PATTERN)
]
TagsField = Annotated[list[TagField], shown(maxItems=rules.MAX_TAGS)]
MomentField = Annotated[
    str, shown(format="date-time", description="ISO 8601 with a zone, as 2026-01-31T12:00:00Z.")
]
MetadataField = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "description": (
                f"At most {rules.MAX_METADATA_NAMES} names and {rules.MAX_METADATA_BYTES} bytes "
                "as JSON; values are scalars or lists of scalars."
            ),
            "maxProperties": rules.MAX_METADATA_NAMES,
            "propertyNames": {"pattern": f"^{rules.METADATA_NAME.pattern}$"},
            "additionalProperties": {
                "anyOf": [*SCALAR["anyOf"], {"type": "array", "items": SCALAR}]
            },
        }
    ),
]
FilterField = Annotated[dict[str, Any], WithJsonSchema({NAMED_SCHEMA: "Filter"})]
"""Read by domain/filter_rules.py: its depth is the caller's choice, so no recursive model does."""
