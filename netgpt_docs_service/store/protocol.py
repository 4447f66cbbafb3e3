"""The conditions that make the write protocol safe without transactions."""

from __future__ import annotations

from collections.abc import Sequence

from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.store.filters import (
    Condition,
    ScopedFilter,
    at_most,
    below,
    equals,
    of_tenant,
)
from netgpt_docs_service.store.payloads import PIECES, Kind, State


def older_than(
    tenant: str, sequence: int, *, generation: str | None = None, must_not: Condition | None = None
) -> ScopedFilter:
    """Match a manifest that a write of `sequence` replaces: older, and still at `generation`."""
    must = [below("sequence", sequence)]
    if generation is not None:
        must.append(equals("generation", generation))
    return of_tenant(
        tenant, Kind.MANIFEST, must=must, must_not=[] if must_not is None else [must_not]
    )


def unmoved(tenant: str, manifest: Manifest, *, before: int) -> ScopedFilter:
    """Match `manifest` as long as nothing but its sequence changed, which is still lower."""
    must = [
        below("sequence", before),
        equals("version", manifest.version),
        _points_at(manifest.generation),
    ]
    return of_tenant(tenant, Kind.MANIFEST, must=must)


def same_tombstone(tenant: str, manifest: Manifest) -> ScopedFilter:
    """Match the manifest while it is exactly this tombstone."""
    return of_tenant(
        tenant,
        Kind.MANIFEST,
        must=[
            equals("state", State.TOMBSTONE.value),
            equals("sequence", manifest.sequence),
        ],
    )


def every_set(tenant: str, doc_id: str) -> ScopedFilter:
    """Match the chunks and pairs of a document in all of its generations."""
    return of_tenant(tenant, *PIECES, must=[equals("doc_id", doc_id)])


def generation_set(tenant: str, kind: Kind, doc_id: str, generation: str) -> ScopedFilter:
    """Match the chunks, or the pairs, of one generation of a document."""
    return of_tenant(
        tenant,
        kind,
        must=[equals("doc_id", doc_id), equals("generation", generation)],
    )


def stale_chunks(tenant: str, manifest: Manifest) -> ScopedFilter:
    """Match what is not current and not above: a set above may have a living writer."""
    current = [] if manifest.generation is None else [equals("generation", manifest.generation)]
    return of_tenant(
        tenant,
        *PIECES,
        must=[equals("doc_id", manifest.doc_id), at_most("sequence", manifest.sequence)],
        must_not=current,
    )


def sets_of(sequences: Sequence[int]) -> list[Condition]:
    """Match the chunks of any of `sequences`; no condition for none."""
    return [{"key": "sequence", "match": {"any": list(sequences)}}] if sequences else []


def _points_at(generation: str | None) -> Condition:
    if generation is None:
        return {"is_empty": {"key": "generation"}}
    return equals("generation", generation)
