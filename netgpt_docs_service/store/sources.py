"""Conditions on what documents were made of: their bytes, and the text in them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.store.filters import (
    Condition,
    ScopedFilter,
    below,
    equals,
    of_tenant,
    readable,
)
from netgpt_docs_service.store.payloads import Kind, State


def of_other_source(manifest: Manifest) -> Condition:
    """Match a manifest that exists when `manifest` is written, and was made of other bytes."""
    living = [equals("state", State.LIVE.value), *readable(manifest.updated_at, None)]
    return {"must": living, "must_not": [equals("source_sha256", manifest.source_sha256)]}


def copies(
    tenant: str, doc_id: str, hashes: Collection[str], *, before: int, now: datetime
) -> ScopedFilter:
    """Match manifests of other documents, readable at `now`, with one of `hashes`."""
    among = list(hashes)
    keys = ("content_sha256", "source_sha256")
    must: list[Condition] = [
        equals("state", State.LIVE.value),
        below("version", before),
        {"should": [{"key": key, "match": {"any": among}} for key in keys]},
        *readable(now, None),
    ]
    return of_tenant(tenant, Kind.MANIFEST, must=must, must_not=[equals("doc_id", doc_id)])
