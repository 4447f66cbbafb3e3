"""What a store reads of documents beside their manifests and chunks."""

from __future__ import annotations

from netgpt_docs_service.domain.chunks import StoredVector
from netgpt_docs_service.store import protocol
from netgpt_docs_service.store.chunk_points import stored_vector
from netgpt_docs_service.store.filters import ScopedFilter
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_reads import Scroll

_VECTOR_PAGE = 256


async def vectors_of(engine: PointEngine, tenant: str, doc_id: str) -> list[StoredVector]:
    """Return the vectors of every set of chunks this document has, current or not."""
    found: list[StoredVector] = []
    offset: str | None = None
    while True:
        points, offset = await engine.call(
            Scroll(
                filter=protocol.every_set(tenant, doc_id),
                limit=_VECTOR_PAGE,
                offset=offset,
                fields=("generation", "chunk_hash"),
                with_vector=True,
            )
        )
        found += filter(None, map(stored_vector, points))
        if offset is None:
            return found


async def first_doc_id(engine: PointEngine, matching: ScopedFilter) -> str | None:
    """Return the document of the first point that matches; None when there is none."""
    points, _ = await engine.call(Scroll(filter=matching, limit=1, fields=("doc_id",)))
    return str(points[0].payload["doc_id"]) if points else None
