"""Conditions as the client of a Qdrant server takes them."""

from __future__ import annotations

from collections.abc import Sequence

from qdrant_client import models

from netgpt_docs_service.store.filters import ScopedFilter


def server_filter(condition: ScopedFilter) -> models.Filter:
    """Return `condition` as the client's model; it says the same JSON again."""
    return models.Filter.model_validate(condition)


def among(ids: Sequence[str], condition: ScopedFilter) -> models.Filter:
    """Match those points of `ids` that meet `condition`."""
    listed = models.HasIdCondition(has_id=list(ids))
    return models.Filter(must=[listed, server_filter(condition)])


def tenant_of(condition: ScopedFilter) -> str | None:
    """Return whose points `condition` matches; None for those of every tenant."""
    own = condition["must"][0]
    return own["match"]["value"] if own["key"] == "tenant" else None
