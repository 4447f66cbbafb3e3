"""The store as a whole, over points: walks and counts over all tenants."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from datetime import datetime

from netgpt_docs_service.domain.chunks import Chunk, manifest_id
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.errors import DocumentDamaged
from netgpt_docs_service.store import protocol
from netgpt_docs_service.store.chunk_payloads import chunk_of
from netgpt_docs_service.store.entries import chunk_entry, manifest_entry
from netgpt_docs_service.store.filters import (
    WITHOUT_VECTOR,
    Condition,
    ScopedFilter,
    at_most,
    below,
    equals,
    of_every_tenant,
    of_tenant,
)
from netgpt_docs_service.store.interface import (
    ChunkEntry,
    GenerationSet,
    ManifestEntry,
    StoreTotals,
)
from netgpt_docs_service.store.payloads import PIECES, Kind, State, manifest_of
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_reads import Count, Retrieve, Scroll
from netgpt_docs_service.store.point_writes import Delete
from netgpt_docs_service.store.points import Point

_PAGE = 512  # points with three fields: 4 ms, and a query waits for at most one page
_WHOLE_PAGE = 128  # points with all of their fields: a manifest may carry 16 kB of metadata
_SET_FIELDS = ("tenant", "doc_id", "generation")
_CHUNK_FIELDS = (*_SET_FIELDS, "kind", "chunk_index", "pair_index", "sequence")


class PointMaintenance:
    """Look after the points of one collection as a whole."""

    def __init__(self, engine: PointEngine) -> None:
        """Share the engine with the PointStore of the same collection."""
        self._engine = engine

    async def generation_sets(self) -> AsyncIterator[GenerationSet]:
        """Walk all sets of chunks there are; a set that spans two pages is reported in parts."""
        async for page in self._pages(of_every_tenant(*PIECES), fields=_CHUNK_FIELDS):
            entries = map(chunk_entry, page)
            sets = Counter(
                (each.tenant, each.doc_id, each.generation) for each in entries if each.generation
            )
            for (tenant, doc_id, generation), chunk_count in sets.items():
                yield GenerationSet(tenant, doc_id, generation, chunk_count)

    async def manifests(
        self, *, tenant: str | None = None, after: str | None = None
    ) -> AsyncIterator[ManifestEntry]:
        """Walk all manifests from the point id above `after` on."""
        async for page in self._pages(_of(tenant, Kind.MANIFEST), offset=after):
            for point in page:
                if point.id != after:
                    yield manifest_entry(point)

    async def chunk_pages(self, *, tenant: str | None = None) -> AsyncIterator[list[ChunkEntry]]:
        """Walk all chunks a page at a time."""
        async for page in self._pages(_of(tenant, *PIECES), fields=_CHUNK_FIELDS):
            yield [chunk_entry(point) for point in page]

    async def manifests_of(
        self, documents: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], Manifest]:
        """Return the manifests of (tenant, doc_id) that there are and that can be read."""
        ids = {manifest_id(*document): document for document in documents}
        request = Retrieve(tuple(ids), is_settled=True)
        points = await self._engine.call(request) if ids else []
        entries = [manifest_entry(point) for point in points]
        return {ids[each.point_id]: each.manifest for each in entries if each.manifest is not None}

    async def unembedded(self) -> AsyncIterator[tuple[str, Chunk]]:
        """Walk (tenant, chunk) of chunks that have no vector."""
        async for page in self._pages(of_every_tenant(*PIECES, must=[WITHOUT_VECTOR])):
            for point in page:
                entry = chunk_entry(point)
                with suppress(DocumentDamaged):
                    if entry.problem is None:
                        yield entry.tenant, chunk_of(point.payload)

    async def expired(self, at: datetime) -> AsyncIterator[tuple[str, Manifest]]:
        """Walk (tenant, manifest) of documents that expire at `at` or before."""
        living = [equals("state", State.LIVE.value), at_most("expires_at", at)]
        async for each in self._readable(living):
            yield each

    async def tombstones(self, before: datetime) -> AsyncIterator[tuple[str, Manifest]]:
        """Walk (tenant, manifest) of documents deleted before `before`."""
        deleted = [equals("state", State.TOMBSTONE.value), below("updated_at", before)]
        async for each in self._readable(deleted):
            yield each

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
        chunks = await self._engine.call(Count(of_every_tenant(*PIECES)))
        points = await self._engine.call(Count())
        return StoreTotals(points=points, documents=documents, chunks=chunks)

    async def ping(self) -> None:
        """Return when the engine answers; raise StoreUnavailable when it does not."""
        await self._engine.call(Retrieve(()))

    async def _standing(self, point_id: str) -> Manifest | None:
        points = await self._engine.call(Retrieve((point_id,)))
        return next((manifest_of(point.payload) for point in points), None)

    async def _readable(self, must: Sequence[Condition]) -> AsyncIterator[tuple[str, Manifest]]:
        async for page in self._pages(of_every_tenant(Kind.MANIFEST, must=must)):
            for entry in map(manifest_entry, page):
                if entry.manifest is not None:
                    yield entry.tenant, entry.manifest

    async def _pages(
        self,
        matching: ScopedFilter,
        *,
        fields: tuple[str, ...] | None = None,
        offset: str | None = None,
    ) -> AsyncIterator[list[Point]]:
        while True:
            points, offset = await self._engine.call(
                Scroll(
                    filter=matching,
                    limit=_WHOLE_PAGE if fields is None else _PAGE,
                    offset=offset,
                    fields=fields,
                )
            )
            yield points
            if offset is None:
                return


def _of(tenant: str | None, *kinds: Kind) -> ScopedFilter:
    return of_every_tenant(*kinds) if tenant is None else of_tenant(tenant, *kinds)
