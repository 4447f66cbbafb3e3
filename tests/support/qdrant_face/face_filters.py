"""REST filters for the engine behind the face, translated on their own.

The adapters under test have a translation, too; sharing one would hide a mistake in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
import qdrant_edge as edge

from tests.support.qdrant_face.refusals import refuse_unknown

Json: TypeAlias = Mapping[str, Any]


def engine_filter(body: Json | None) -> edge.Filter | None:
    """Translate a filter that was checked against the client's model."""
    if body is None:
        return None
    fewest = body.get("min_should")
    return edge.Filter(
        must=_all_of(body.get("must")),
        should=_all_of(body.get("should")),
        must_not=_all_of(body.get("must_not")),
        min_should=None
        if fewest is None
        else edge.MinShould(_all_of(fewest["conditions"]), fewest["min_count"]),
    )


def leaves(body: Json | None) -> Iterator[Json]:
    """Walk the conditions of a filter, those of nested filters included."""
    for clause in ("must", "should", "must_not"):
        for condition in _listed((body or {}).get(clause)):
            if _is_filter(condition):
                yield from leaves(condition)
            else:
                yield condition


def _listed(clause: Any) -> list[Json]:  # noqa: ANN401  JSON: one condition, several or none
    if clause is None:
        return []
    return clause if isinstance(clause, list) else [clause]


def _all_of(clause: Any) -> list[edge.ConditionType]:  # noqa: ANN401  as _listed
    return [_condition(condition) for condition in _listed(clause)]


def _is_filter(condition: Json) -> bool:
    return not condition.keys().isdisjoint({"must", "should", "must_not", "min_should"})


def _condition(condition: Json) -> edge.ConditionType:
    for key, translate in _BY_KEY.items():
        if key in condition:
            return translate(condition[key])
    if "key" in condition:
        return _field(condition)
    if _is_filter(condition) or not condition:
        translated = engine_filter(condition)
        assert translated is not None
        return translated
    return refuse_unknown(f"the condition {sorted(condition)}")


def _nested(nested: Json) -> edge.ConditionType:
    inner = engine_filter(nested["filter"])
    assert inner is not None
    return edge.NestedCondition(nested["key"], inner)


_BY_KEY: dict[str, Callable[[Any], edge.ConditionType]] = {
    "has_id": lambda ids: edge.HasIdCondition(set(ids)),
    "has_vector": edge.HasVectorCondition,
    "nested": _nested,
    # As conditions of their own; as members of a field condition they are booleans.
    "is_empty": lambda field: edge.IsEmptyCondition(field["key"]),
    "is_null": lambda field: edge.IsNullCondition(field["key"]),
}


def _field(condition: Json) -> edge.FieldCondition:
    key = condition["key"]
    if condition.get("match") is not None:
        return edge.FieldCondition(key, match=_match(condition["match"]))
    if condition.get("range") is not None:
        return edge.FieldCondition(key, range=_range(condition["range"]))
    if condition.get("values_count") is not None:
        return edge.FieldCondition(key, values_count=edge.ValuesCount(**condition["values_count"]))
    return refuse_unknown(f"the condition {sorted(condition)} of {key}")


def _match(match: Json) -> edge.MatchType:
    if "value" in match:
        value = match["value"]
        # Python's True reaches this engine as the integer 1; numpy's stays a boolean.
        return edge.MatchValue(np.bool_(value) if isinstance(value, bool) else value)  # type: ignore[arg-type]  # see above
    if "any" in match:
        return edge.MatchAny(match["any"])
    if "except" in match:
        return edge.MatchExcept(match["except"])
    if "text" in match:
        return edge.MatchText(match["text"])
    if "phrase" in match:
        return edge.MatchPhrase(match["phrase"])
    return refuse_unknown(f"the match {sorted(match)}")


def _range(bounds: Json) -> edge.RangeType:
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    if any(isinstance(bound, str) for bound in given.values()):
        return edge.RangeDateTime(**given)
    return edge.RangeFloat(**given)
