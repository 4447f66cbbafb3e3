"""Conditions as Qdrant's REST JSON, the one form that the embedded engine and a server share.

A filter reaches an engine only as a ScopedFilter, and only the functions named `..._of_tenant` and
`..._of_every_tenant` here make one: a condition on behalf of a caller cannot forget the tenant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NewType, TypeAlias

from netgpt_docs_service.domain.documents import Scalar
from netgpt_docs_service.domain.filters import Comparison, Filter
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.store.payloads import PIECES, Kind, instant
from netgpt_docs_service.store.schema import DENSE

Condition: TypeAlias = dict[str, Any]
ScopedFilter = NewType("ScopedFilter", dict[str, Any])

WITHOUT_VECTOR: Condition = {"must_not": [{"has_vector": DENSE}]}
_NOTHING: Condition = {"has_id": []}  # an empty `should` would match everything


def of_tenant(
    tenant: str,
    *kinds: Kind,
    must: Sequence[Condition] = (),
    must_not: Sequence[Condition] = (),
) -> ScopedFilter:
    """Match points of any of `kinds` that belong to `tenant` alone."""
    own = [equals("tenant", tenant), _any_kind(kinds)]
    return ScopedFilter({"must": [*own, *must], "must_not": list(must_not)})


def findable_of_tenant(
    tenant: str, *, must: Sequence[Condition] = (), must_not: Sequence[Condition] = ()
) -> ScopedFilter:
    """Match what a search for vectors or words can find of `tenant`.

    Only chunks and pairs have vectors: asking for their kind, too, costs half a millisecond a list.
    """
    own = equals("tenant", tenant)
    return ScopedFilter({"must": [own, *must], "must_not": list(must_not)})


def of_every_tenant(*kinds: Kind, must: Sequence[Condition] = ()) -> ScopedFilter:
    """Match points of any of `kinds` whoever owns them: for maintenance, never for a caller."""
    return ScopedFilter({"must": [_any_kind(kinds), *must]})


def expiring_of_every_tenant() -> ScopedFilter:
    """Match the chunks of documents that expire some day: only ever counted."""
    return of_every_tenant(*PIECES, must=[{"must_not": [{"is_empty": {"key": "expires_at"}}]}])


def readable(now: datetime | None, condition: Filter | None) -> list[Condition]:
    """Match what has not expired at `now`, None if nothing does, and fulfils `condition`."""
    unexpired: list[Condition] = []
    if now is not None:
        unexpired.append({"must_not": [_range("expires_at", "lte", now)]})
    return unexpired if condition is None else [*unexpired, _condition_of(condition)]


def _condition_of(filter_: Filter) -> Condition:
    """Translate a caller's filter; raises InvalidInput for a comparison that has no meaning."""
    if isinstance(filter_, Comparison):
        return _comparison(filter_)
    conditions = [_condition_of(part) for part in filter_.filters]
    return {"must": conditions} if filter_.type == "and" else _any_of(conditions)


def equals(key: str, value: Scalar | datetime) -> Condition:
    """Match where a value under `key` equals `value`; numbers compare as numbers: 3 is 3.0."""
    if isinstance(value, bool | str):
        return {"key": key, "match": {"value": value}}
    exact = _bound(key, value)
    return {"key": key, "range": {"gte": exact, "lte": exact}}


def at_most(key: str, value: float | datetime) -> Condition:
    """Match where a number or a date under `key` is not above `value`."""
    return _range(key, "lte", value)


def below(key: str, value: float | datetime) -> Condition:
    """Match where a number or a date under `key` is less than `value`."""
    return _range(key, "lt", value)


def _any_kind(kinds: Sequence[Kind]) -> Condition:
    if len(kinds) == 1:
        return equals("kind", kinds[0].value)
    return {"key": "kind", "match": {"any": [kind.value for kind in kinds]}}


def _comparison(comparison: Comparison) -> Condition:
    key, value = comparison.key, comparison.value
    values = value if isinstance(value, tuple) else (value,)
    if comparison.type in {"eq", "in"}:
        return _among(key, values)
    if comparison.type in {"ne", "nin"}:
        return {"must_not": [_among(key, values)]}
    return _range(key, comparison.type, values[0])


def _among(key: str, values: Sequence[Scalar | datetime]) -> Condition:
    words = [value for value in values if isinstance(value, str)]
    conditions = [equals(key, value) for value in values if not isinstance(value, str)]
    if words:
        conditions.append({"key": key, "match": {"any": words}})
    return _any_of(conditions)


def _any_of(conditions: list[Condition]) -> Condition:
    return {"should": conditions} if conditions else _NOTHING


def _range(key: str, bound: str, value: Scalar | datetime) -> Condition:
    return {"key": key, "range": {bound: _bound(key, value)}}


def _bound(key: str, value: Scalar | datetime) -> float | str:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bool | str):
        msg = f"{key}: {value!r} has no order; compare numbers or dates"
        raise InvalidInput(msg)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        msg = f"{key}: the number is out of range; the largest is 1.8e308"
        raise InvalidInput(msg)
    return number
