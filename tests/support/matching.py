"""What a filter means, written out for the store in memory."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.filters import METADATA_PREFIX, Comparison, Compound, Filter

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda value, values: value in values,
    "nin": lambda value, values: value in values,
}


def matches(condition: Filter | None, manifest: Manifest) -> bool:
    if condition is None:
        return True
    if isinstance(condition, Compound):
        each = [matches(inner, manifest) for inner in condition.filters]
        return all(each) if condition.type == "and" else any(each)
    found = any(_holds(condition, value) for value in _values(manifest, condition.key))
    return not found if condition.type in ("ne", "nin") else found


def words_in_common(question: str, text: str) -> int:
    return len(set(question.lower().split()) & set(text.lower().split()))


def _holds(condition: Comparison, value: Any) -> bool:  # noqa: ANN401  a value of any field
    try:
        return _COMPARE[condition.type](value, condition.value)
    except TypeError:
        return False


def _values(manifest: Manifest, key: str) -> list[Any]:
    fields = manifest.fields
    if key.startswith(METADATA_PREFIX):
        value: Any = fields.metadata.get(key.removeprefix(METADATA_PREFIX))
    elif key in ("doc_id", "created_at", "updated_at"):
        value = getattr(manifest, key)
    else:
        value = getattr(fields, key)
    return list(value) if isinstance(value, tuple) else [value] if value is not None else []
