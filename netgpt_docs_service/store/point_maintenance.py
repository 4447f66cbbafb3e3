"""The store as a whole, over points: walks and counts over all tenants."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime

from netgpt_docs_service.domain.chunks import manifest_id
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.store import protocol
from netgpt_docs_service.store.filters import ScopedFilter, below, equals, of_every_tenant
from netgpt_docs_service.store.interface import GenerationSet, StoreTotals
from netgpt_docs_service.store.payloads import Kind, State, manifest_of
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_reads import Count, Retrieve, Scroll
from netgpt_docs_service.store.point_writes import Delete
from netgpt_docs_service.store.points import Point

_PAGE = 512  # points with three fields: 4 ms, and a query waits for at most one page


class PointMaintenance:
    """Look after the points of one collection as a whole."""

    def __init__(self, engine: PointEngine) -> None:
        """Share the engine with the PointStore of the same collection."""
        self._engine = engine

    async def generation_sets(self) -> AsyncIterator[GenerationSet]:
        """Walk all sets of chunks there are; a set that spans two pages is reported in parts."""
        fields = ("tenant", "doc_id", "generation")
        async for page in self._pages(of_every_tenant(Kind.CHUNK), fields=fields):
            sets = Counter(tuple(point.payload[field] for field in fields) for point in page)
            for (tenant, doc_id, generation), chunk_count in sets.items():
                yield GenerationSet(tenant, doc_id, generation, chunk_count)

    async def tombstones(self, before: datetime) -> AsyncIterator[tuple[str, Manifest]]:
        """Walk (tenant, manifest) of documents deleted before `before`."""
        deleted = [equals("state", State.TOMBSTONE.value), below("updated_at", before)]
        async for page in self._pages(of_every_tenant(Kind.MANIFEST, must=deleted)):
            for point in page:
                yield point.payload["tenant"], manifest_of(point.payload)

    async def forget(self, tenant: str, manifest: Manifest) -> bool:
        """Remove a tombstone if it is still exactly `manifest`; say whether it was."""
        point_id = manifest_id(tenant, manifest.doc_id)
        if not manifest.is_tombstone or await self._standing(point_id) != manifest:
            return False
        same = protocol.same_tombstone(tenant, manifest)
        await self._engine.call(Delete((point_id,), condition=same))
        return await self._standing(point_id) is None

    async def totals(self) -> StoreTotals:
        """Count what is stored."""
        documents = await self._engine.call(Count(of_every_tenant(Kind.MANIFEST)))
        chunks = await self._engine.call(Count(of_every_tenant(Kind.CHUNK)))
        return StoreTotals(points=documents + chunks, documents=documents, chunks=chunks)

    async def ping(self) -> None:
        """Return when the engine answers; raise StoreUnavailable when it does not."""
        await self._engine.call(Retrieve(()))

    async def _standing(self, point_id: str) -> Manifest | None:
        points = await self._engine.call(Retrieve((point_id,)))
        return next((manifest_of(point.payload) for point in points), None)

    async def _pages(
        self, matching: ScopedFilter, *, fields: tuple[str, ...] | None = None
    ) -> AsyncIterator[list[Point]]:
        offset: str | None = None
        while True:
            points, offset = await self._engine.call(
                Scroll(filter=matching, limit=_PAGE, offset=offset, fields=fields)
            )
            yield points
            if offset is None:
                return
