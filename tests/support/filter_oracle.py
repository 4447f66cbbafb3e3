"""What a filter means, read off the API's description of it and nothing else.

Keys: doc_id, doc_type, tags, source, intent, created_at, updated_at, expires_at, metadata.NAME.
A list matches when one of its values does; ne and nin match where the value is missing. Numbers
compare as numbers; created_at, updated_at and expires_at as dates. A document past its expires_at
is never returned.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from netgpt_docs_service.domain.documents import Manifest

DATES = ("created_at", "updated_at", "expires_at")
ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def is_returned(document: Manifest, filter_: Mapping[str, Any] | None, *, now: datetime) -> bool:
    """Say whether a reader who asks with this filter, JSON as it is sent, sees the document."""
    expires_at = document.fields.expires_at
    is_there = document.generation is not None and (expires_at is None or now < expires_at)
    return is_there and (filter_ is None or _matches(document, filter_))


def _matches(document: Manifest, filter_: Mapping[str, Any]) -> bool:
    kind = filter_["type"]
    if kind in ("and", "or"):
        parts = [_matches(document, part) for part in filter_["filters"]]
        return all(parts) if kind == "and" else any(parts)
    key, sent = filter_["key"], filter_["value"]
    wanted = [_moment(key, each) for each in (sent if isinstance(sent, list) else [sent])]
    values = _values(document, key)
    if kind in ORDERS:
        return any(_is_number_or_date(each) and ORDERS[kind](each, wanted[0]) for each in values)
    is_among = any(_is_same(value, one) for value in values for one in wanted)
    return is_among if kind in ("eq", "in") else not is_among


def _values(document: Manifest, key: str) -> list[Any]:
    """Return all values under a key: none when it is missing."""
    fields = document.fields
    name = key.removeprefix("metadata.")
    if name != key:
        found: Any = fields.metadata.get(name)
    elif key in ("doc_id", "created_at", "updated_at"):
        found = getattr(document, key)
    else:
        found = getattr(fields, key)
    if found is None:
        return []
    return list(found) if isinstance(found, tuple) else [found]


def _moment(key: str, value: Any) -> Any:  # noqa: ANN401  any scalar of JSON
    return datetime.fromisoformat(value) if key in DATES else value


def _is_number_or_date(value: object) -> bool:
    return isinstance(value, int | float | datetime) and not isinstance(value, bool)


def _is_same(value: object, wanted: object) -> bool:
    """Compare without Python's own idea that True is 1."""
    return isinstance(value, bool) == isinstance(wanted, bool) and value == wanted
