"""Shapes that several requests share. Limits are in domain/rules.py; here they are only shown."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from netgpt_docs_service.domain import filter_rules, rules

NAMED_SCHEMA = "x-named-schema"
"""Stands for a reference to a component: pydantic refuses references that it did not make."""

_TEXT = r"^[^\u0000]*$"
_SCALAR = {
    "anyOf": [
        {"type": "string", "pattern": _TEXT},
        {
            "type": "integer",
            "minimum": -rules.MAX_EXACT_INTEGER,
            "maximum": rules.MAX_EXACT_INTEGER,
        },
        {"type": "number"},
        {"type": "boolean"},
    ]
}


def shown(**schema: str | int) -> Any:  # noqa: ANN401  pydantic types its field info as Any, too
    """Show limits in OpenAPI that a rule checks, with a better message than pydantic's."""
    return Field(json_schema_extra=dict(schema))


class Strict(BaseModel):
    """A request: unknown names are refused, and "5" is not 5."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


DocIdField = Annotated[
    str,
    shown(
        minLength=1,
        maxLength=rules.MAX_DOC_ID_CHARACTERS,
        pattern=r"^[^\u0000-\u001f\u007f-\u009f]+$",
    ),
]
TitleField = Annotated[str, shown(maxLength=rules.MAX_TITLE_CHARACTERS, pattern=_TEXT)]
DocTypeField = Annotated[
    str, shown(minLength=1, maxLength=rules.MAX_DOC_TYPE_CHARACTERS, pattern=_TEXT)
]
IntentField = Annotated[str, shown(maxLength=rules.MAX_INTENT_CHARACTERS, pattern=_TEXT)]
SourceField = Annotated[str, shown(maxLength=rules.MAX_SOURCE_CHARACTERS, pattern=_TEXT)]
TagField = Annotated[str, shown(minLength=1, maxLength=rules.MAX_TAG_CHARACTERS, pattern=_TEXT)]
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
                "anyOf": [*_SCALAR["anyOf"], {"type": "array", "items": _SCALAR}]
            },
        }
    ),
]
_FILTER = {NAMED_SCHEMA: "Filter"}
FilterField = Annotated[dict[str, Any], WithJsonSchema(_FILTER)]
"""Read by domain/filter_rules.py: its depth is the caller's choice, so no recursive model does."""

FILTER_SCHEMA: dict[str, object] = {
    "title": "Filter",
    "description": (
        "A comparison, or several under `and` or `or`. Keys: doc_id, doc_type, tags, source, "
        "intent, created_at, updated_at, expires_at, metadata.NAME. A list matches when one of "
        "its values does; ne and nin match where the value is missing; gt, gte, lt and lte take "
        f"numbers and dates. At most {filter_rules.MAX_DEPTH} levels, "
        f"{filter_rules.MAX_CONDITIONS} conditions, {filter_rules.MAX_VALUES} values."
    ),
    "oneOf": [
        {
            "type": "object",
            "required": ["type", "key", "value"],
            "additionalProperties": False,
            "properties": {
                "type": {"enum": ["eq", "ne", "gt", "gte", "lt", "lte"]},
                "key": {"type": "string"},
                "value": _SCALAR,
            },
        },
        {
            "type": "object",
            "required": ["type", "key", "value"],
            "additionalProperties": False,
            "properties": {
                "type": {"enum": ["in", "nin"]},
                "key": {"type": "string"},
                "value": {"type": "array", "items": _SCALAR, "minItems": 1},
            },
        },
        {
            "type": "object",
            "required": ["type", "filters"],
            "additionalProperties": False,
            "properties": {
                "type": {"enum": ["and", "or"]},
                "filters": {"type": "array", "items": _FILTER, "minItems": 1},
            },
        },
    ],
    "examples": [{"type": "eq", "key": "doc_type", "value": "policy"}],
}
