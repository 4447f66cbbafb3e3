"""The filter's grammar as a JSON schema; domain/filter_rules.py reads what is sent."""

from __future__ import annotations

from typing import Any

from netgpt_docs_service.domain import filter_rules, rules
from netgpt_docs_service.domain.filters import DATE_KEYS, TEXT_KEYS

NAMED_SCHEMA = "x-named-schema"
"""Stands for a reference to a component: pydantic refuses references that it did not make."""

TEXT_PATTERN = r"^[^\u0000]*$"
_NUMBER: dict[str, Any] = {
    "anyOf": [
        {
            "type": "integer",
            "minimum": -rules.MAX_EXACT_INTEGER,
            "maximum": rules.MAX_EXACT_INTEGER,
        },
        {"type": "number"},
    ]
}
_TEXT = {"type": "string", "pattern": TEXT_PATTERN}
_DATE = {"type": "string", "format": "date-time"}
SCALAR: dict[str, Any] = {"anyOf": [_TEXT, *_NUMBER["anyOf"], {"type": "boolean"}]}

_NAME = rules.METADATA_NAME.pattern
_TEXT_KEY = {"enum": sorted(TEXT_KEYS)}
_DATE_KEY = {"enum": sorted(DATE_KEYS)}
_METADATA_KEY = {"type": "string", "pattern": rf"^metadata\.{_NAME}$"}
_EQUAL, _RANGE, _MEMBER = ["eq", "ne"], ["gt", "gte", "lt", "lte"], ["in", "nin"]


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401  JSON schemas
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def _comparison(types: list[str], key: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    return _object(type={"enum": types}, key=key, value=value)


def _some(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "array",
        "items": value,
        "minItems": 1,
        "maxItems": filter_rules.MAX_VALUES,
    }


FILTER_SCHEMA: dict[str, Any] = {
    "title": "Filter",
    "description": (
        "A comparison, or several under `and` or `or`. A list matches when one of its values "
        "does; ne and nin match where the value is missing; gt, gte, lt and lte take numbers and "
        f"dates. At most {filter_rules.MAX_DEPTH} levels, {filter_rules.MAX_CONDITIONS} "
        f"conditions, {filter_rules.MAX_VALUES} values in all."
    ),
    "oneOf": [
        _comparison(_EQUAL, _TEXT_KEY, _TEXT),
        _comparison(_MEMBER, _TEXT_KEY, _some(_TEXT)),
        _comparison(_EQUAL + _RANGE, _DATE_KEY, _DATE),
        _comparison(_MEMBER, _DATE_KEY, _some(_DATE)),
        _comparison(_EQUAL, _METADATA_KEY, SCALAR),
        _comparison(_RANGE, _METADATA_KEY, _NUMBER),
        _comparison(_MEMBER, _METADATA_KEY, _some(SCALAR)),
        _object(
            type={"enum": ["and", "or"]},
            filters={"type": "array", "items": {NAMED_SCHEMA: "Filter"}, "minItems": 1},
        ),
    ],
    "examples": [{"type": "eq", "key": "doc_type", "value": "policy"}],
}
