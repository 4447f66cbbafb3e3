"""Read a filter as it was sent, and refuse what no store could answer in bounded time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard, cast, get_args

from netgpt_docs_service.domain.documents import Scalar
from netgpt_docs_service.domain.filters import (
    DATE_KEYS,
    METADATA_PREFIX,
    TEXT_KEYS,
    Comparison,
    ComparisonType,
    Compound,
    Filter,
)
from netgpt_docs_service.domain.rules import METADATA_NAME, check_scalar, parse_moment
from netgpt_docs_service.errors import InvalidInput, LimitExceeded

MAX_DEPTH = 8
MAX_CONDITIONS = 64
MAX_VALUES = 1_000

_COMPARISONS = get_args(ComparisonType)
_RANGES = ("gt", "gte", "lt", "lte")
_LISTS = ("in", "nin")
_KEYS = f"{', '.join(sorted(TEXT_KEYS | DATE_KEYS))} or {METADATA_PREFIX}NAME"


def parse_filter(sent: object, *, pointer: str = "/filter") -> Filter:
    """Return the filter that `sent`, parsed JSON, describes; InvalidInput points at its fault."""
    return _Reader().read(sent, pointer, depth=1)


@dataclass(slots=True)
class _Reader:
    """One pass over a filter: counts what the limits are on, and goes no deeper than they allow."""

    conditions: int = 0
    values: int = 0

    def read(self, sent: object, pointer: str, *, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            message = f"the filter is more than {MAX_DEPTH} levels deep"
            raise LimitExceeded(message, pointer="/filter")
        node = _object(sent, pointer)
        kind = node.get("type")
        if kind in ("and", "or"):
            return self._compound(node, pointer, depth=depth)
        if kind in _COMPARISONS:
            return self._comparison(node, pointer)
        message = f"type must be one of and, or, {', '.join(_COMPARISONS)}"
        raise InvalidInput(message, pointer=f"{pointer}/type")

    def _compound(self, node: Mapping[str, object], pointer: str, *, depth: int) -> Compound:
        _check_names(node, {"type", "filters"}, pointer)
        sent = node["filters"]
        if not isinstance(sent, list) or not sent:
            message = "filters must be a list of at least one filter"
            raise InvalidInput(message, pointer=f"{pointer}/filters")
        filters = tuple(
            self.read(each, f"{pointer}/filters/{index}", depth=depth + 1)
            for index, each in enumerate(sent)
        )
        return Compound("and" if node["type"] == "and" else "or", filters)

    def _comparison(self, node: Mapping[str, object], pointer: str) -> Comparison:
        _check_names(node, {"type", "key", "value"}, pointer)
        kind, key = cast("ComparisonType", node["type"]), _key(node["key"], pointer)
        sent = node["value"]
        self._count(sent)
        pointer = f"{pointer}/value"
        if kind not in _LISTS:
            return Comparison(kind, key, _value(kind, key, sent, pointer))
        if not isinstance(sent, list) or not sent:
            message = f"{kind} takes a list of at least one value"
            raise InvalidInput(message, pointer=pointer)
        values = (_value(kind, key, each, f"{pointer}/{at}") for at, each in enumerate(sent))
        return Comparison(kind, key, tuple(values))

    def _count(self, sent: object) -> None:
        self.conditions += 1
        self.values += len(sent) if isinstance(sent, list) else 1
        if self.conditions > MAX_CONDITIONS:
            message = f"the filter has more than {MAX_CONDITIONS} conditions"
            raise LimitExceeded(message, pointer="/filter")
        if self.values > MAX_VALUES:
            message = f"the filter has more than {MAX_VALUES} values"
            raise LimitExceeded(message, pointer="/filter")


def _object(sent: object, pointer: str) -> Mapping[str, object]:
    if isinstance(sent, Mapping):
        return sent
    message = "a filter must be an object"
    raise InvalidInput(message, pointer=pointer)


def _check_names(node: Mapping[str, object], names: set[str], pointer: str) -> None:
    for name in sorted(names - node.keys()):
        message = f"{name} is missing"
        raise InvalidInput(message, pointer=f"{pointer}/{name}")
    if unknown := len(node.keys() - names):
        message = f"{unknown} unknown names; a filter of this type has {', '.join(sorted(names))}"
        raise InvalidInput(message, pointer=pointer)


def _key(sent: object, pointer: str) -> str:
    if isinstance(sent, str) and (sent in TEXT_KEYS or sent in DATE_KEYS or _is_metadata(sent)):
        return sent
    message = f"key must be {_KEYS}"
    raise InvalidInput(message, pointer=f"{pointer}/key")


def _is_metadata(key: str) -> bool:
    name = key.removeprefix(METADATA_PREFIX)
    return name != key and METADATA_NAME.fullmatch(name) is not None


def _value(kind: ComparisonType, key: str, sent: object, pointer: str) -> Scalar | datetime:
    if not _is_scalar(sent) or (key not in DATE_KEYS | TEXT_KEYS and kind in _RANGES):
        return _number(kind, key, sent, pointer)
    if key in TEXT_KEYS and (kind in _RANGES or not isinstance(sent, str)):
        message = f"{key} is text: it takes eq, ne, in and nin with strings"
        raise InvalidInput(message, pointer=pointer)
    if key in DATE_KEYS:
        return parse_moment(key, sent if isinstance(sent, str) else "", pointer=pointer)
    check_scalar(key, sent, pointer=pointer)
    return sent


def _number(kind: ComparisonType, key: str, sent: object, pointer: str) -> Scalar:
    if not _is_scalar(sent):
        message = "a value must be a string, a number or a boolean"
        raise InvalidInput(message, pointer=pointer)
    if isinstance(sent, bool | str):
        message = f"{kind} on {key} takes a number"
        raise InvalidInput(message, pointer=pointer)
    check_scalar(key, sent, pointer=pointer)
    return sent


def _is_scalar(sent: object) -> TypeGuard[Scalar]:
    return isinstance(sent, str | int | float | bool)
