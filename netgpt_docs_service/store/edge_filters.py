"""REST JSON filters as the classes of Qdrant Edge, which reads no JSON itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import qdrant_edge as edge

from netgpt_docs_service.store.filters import Condition


def edge_filter(conditions: Condition) -> edge.Filter:
    """Translate one filter: must, should, must_not of conditions and nested filters."""
    return edge.Filter(
        must=[_condition(part) for part in conditions.get("must", ())],
        should=[_condition(part) for part in conditions.get("should", ())],
        must_not=[_condition(part) for part in conditions.get("must_not", ())],
    )


def _condition(condition: Condition) -> edge.ConditionType:
    if "has_id" in condition:
        return edge.HasIdCondition(set(condition["has_id"]))
    if "has_vector" in condition:
        return edge.HasVectorCondition(condition["has_vector"])
    if "is_empty" in condition:
        return edge.IsEmptyCondition(condition["is_empty"]["key"])
    if "match" in condition:
        return edge.FieldCondition(condition["key"], match=_match(condition["match"]))
    if "range" in condition:
        return edge.FieldCondition(condition["key"], range=_range(condition["range"]))
    return edge_filter(condition)


def _match(match: dict[str, Any]) -> edge.MatchType:
    if "any" in match:
        return edge.MatchAny(match["any"])
    if "phrase" in match:
        return edge.MatchPhrase(match["phrase"])
    value = match["value"]
    # qdrant-edge 0.9.0 takes Python's True for the integer 1, which matches no boolean;
    # numpy's is not an integer and arrives as a boolean.
    return edge.MatchValue(np.bool_(value) if isinstance(value, bool) else value)  # type: ignore[arg-type]  # see above


def _range(bounds: dict[str, Any]) -> edge.RangeType:
    if any(isinstance(bound, str) for bound in bounds.values()):
        return edge.RangeDateTime(**bounds)
    return edge.RangeFloat(**bounds)
