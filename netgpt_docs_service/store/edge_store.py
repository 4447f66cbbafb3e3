"""The document store over Qdrant Edge: the write protocol and the reads, one tenant at a time."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from netgpt_docs_service.domain.chunks import Chunk, StoredVector, Vector, chunk_id, manifest_id
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.search import Candidate, CandidateQuery, ResolvedChunk
from netgpt_docs_service.errors import InsufficientStorage, NotFound
from netgpt_docs_service.store import cursors, protocol
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.store.filters import (
    equals,
    expiring_of_every_tenant,
    findable_of_tenant,
    of_tenant,
    readable,
)
from netgpt_docs_service.store.interface import ManifestPage, ManifestQuery
from netgpt_docs_service.store.payloads import (
    Kind,
    Payload,
    State,
    chunk_of,
    chunk_payload,
    manifest_of,
    manifest_payload,
)
from netgpt_docs_service.store.point_reads import Count, Rank, Retrieve, Scroll
from netgpt_docs_service.store.point_writes import Delete, Flush, SetPayload, Upsert
from netgpt_docs_service.store.points import Point
from netgpt_docs_service.store.unfinished_sets import UnfinishedSets

_BATCH = 128  # points of one engine call: 5-10 ms, and a query waits for at most one of them
_VECTOR_PAGE = 256
_MEBIBYTE = 1 << 20

ItemT = TypeVar("ItemT")


class EdgeStore:
    """Keep documents of many tenants in one Qdrant Edge shard."""

    def __init__(
        self, process: EdgeProcess, *, free_bytes: Callable[[], int], min_free_bytes: int
    ) -> None:
        """Refuse new documents while fewer than `min_free_bytes` of the disk are free."""
        self._process = process
        self._free_bytes = free_bytes
        self._min_free_bytes = min_free_bytes
        self._may_expire: bool | None = None
        self._unfinished = UnfinishedSets()

    async def manifest(self, tenant: str, doc_id: str) -> Manifest | None:
        """Return the document's manifest, tombstones included; None when it was never written."""
        found = await self._retrieve(tenant, Kind.MANIFEST, [manifest_id(tenant, doc_id)])
        return next((manifest_of(payload) for payload in found.values()), None)

    async def manifests(self, tenant: str, query: ManifestQuery) -> ManifestPage:
        """Return one page of documents that exist and have not expired, by point id."""
        offset = None if query.cursor is None else cursors.point_after(tenant, query.cursor)
        live = equals("state", State.LIVE.value)
        matching = of_tenant(tenant, Kind.MANIFEST, must=[live, *readable(query.now, query.filter)])
        (points, following), total = await asyncio.gather(
            self._process.call(Scroll(filter=matching, limit=query.limit, offset=offset)),
            self._process.call(Count(matching)),
        )
        return ManifestPage(
            [manifest_of(point.payload) for point in points],
            total,
            None if following is None else cursors.cursor(tenant, following),
        )

    async def write_chunks(
        self,
        tenant: str,
        manifest: Manifest,
        chunks: Sequence[Chunk],
        *,
        vectors: Sequence[Vector | None],
    ) -> None:
        """Store `chunks`, at most 128 with each call of the engine."""
        if manifest.fields.expires_at is not None:
            self._may_expire = True
        self._unfinished.begin(tenant, manifest.sequence)
        points = [
            Point(
                chunk_id(tenant, chunk.doc_id, chunk.generation, chunk.index),
                chunk_payload(tenant, manifest, chunk),
                None if vector is None else array("f", vector).tobytes(),
            )
            for chunk, vector in zip(chunks, vectors, strict=True)
        ]
        for batch in _batches(points):
            self._require_space()
            await self._process.call(Upsert(points=batch))

    async def count_chunks(self, tenant: str, doc_id: str, generation: str) -> int:
        """Count the stored chunks of one generation, exactly."""
        return await self._process.call(Count(protocol.generation_set(tenant, doc_id, generation)))

    async def flip(
        self, tenant: str, manifest: Manifest, *, copied_generation: str | None = None
    ) -> Manifest:
        """Make `manifest` the document's truth if its sequence is the highest; return the truth.

        Raises NotFound when `copied_generation` is given and the document has no manifest at all.
        A tombstone is taken even when the disk is nearly full: it is how space comes back.
        """
        if not manifest.is_tombstone:
            self._require_space()
            await self._process.call(Flush())
        point = Point(manifest_id(tenant, manifest.doc_id), manifest_payload(tenant, manifest))
        self._unfinished.end(tenant, manifest.sequence)
        older = protocol.older_than(tenant, manifest.sequence, generation=copied_generation)
        await self._process.call(
            Upsert(points=(point,), condition=older, update_only=copied_generation is not None)
        )
        standing = await self.manifest(tenant, manifest.doc_id)
        if standing is None:
            msg = f"document {manifest.doc_id!r} is gone; nothing was written"
            raise NotFound(msg)
        await self._process.call(Flush())
        return standing

    async def fence(self, tenant: str, manifest: Manifest, sequence: int) -> Manifest | None:
        """Raise the document's sequence, pointer unchanged, and return what stands afterwards.

        What stands is durable when this returns. The fence itself is not: one that a power cut
        takes back lets an older write win, and none of those survives it.
        """
        await self._process.call(Flush())
        await self._process.call(
            SetPayload(
                ids=(manifest_id(tenant, manifest.doc_id),),
                payload={"sequence": sequence},
                condition=protocol.unmoved(tenant, manifest, before=sequence),
            )
        )
        return await self.manifest(tenant, manifest.doc_id)

    async def sweep(self, tenant: str, manifest: Manifest) -> int:
        """Delete every set of chunks which `manifest` makes stale, by ids; return how many went."""
        stale = protocol.stale_chunks(tenant, manifest)
        page = Scroll(filter=stale, limit=_BATCH, fields=())
        deleted = 0
        while points := (await self._process.call(page))[0]:
            await self._process.call(Delete(tuple(point.id for point in points)))
            deleted += len(points)
        return deleted

    async def stored_vectors(self, tenant: str, doc_id: str) -> list[StoredVector]:
        """Return the vectors of every set of chunks this document has, current or not."""
        found: list[StoredVector] = []
        offset: str | None = None
        while True:
            points, offset = await self._process.call(
                Scroll(
                    filter=protocol.every_set(tenant, doc_id),
                    limit=_VECTOR_PAGE,
                    offset=offset,
                    fields=("generation", "chunk_hash"),
                    with_vector=True,
                )
            )
            found += [_stored_vector(point) for point in points if point.vector is not None]
            if offset is None:
                return found

    async def chunks(
        self, tenant: str, manifest: Manifest, *, first: int = 0, limit: int | None = None
    ) -> list[Chunk]:
        """Return the chunks of `manifest`'s generation by index, found by their computed ids."""
        if manifest.generation is None:
            return []
        last = manifest.chunk_count if limit is None else min(manifest.chunk_count, first + limit)
        ids = [
            chunk_id(tenant, manifest.doc_id, manifest.generation, index)
            for index in range(first, last)
        ]
        found: dict[str, Payload] = {}
        for batch in _batches(ids):
            found |= await self._retrieve(tenant, Kind.CHUNK, batch)
        return [chunk_of(found[point_id]) for point_id in ids if point_id in found]

    async def candidates(self, tenant: str, query: CandidateQuery) -> list[Candidate]:
        """Return the union of the best `query.limit` chunks by cosine and by BM25, unordered."""
        now = query.now if await self._anything_expires() else None
        scores = await self._process.call(
            Rank(
                filter=findable_of_tenant(
                    tenant,
                    must=readable(now, query.filter),
                    must_not=protocol.sets_of(self._unfinished.of(tenant)),
                ),
                corpus=findable_of_tenant(tenant),
                text=query.text,
                vector=array("f", query.vector).tobytes(),
                mode=query.mode,
                limit=query.limit,
            )
        )
        return [Candidate(point_id, cosine, words) for point_id, cosine, words in scores]

    async def resolve(self, tenant: str, chunk_ids: Sequence[str]) -> list[ResolvedChunk]:
        """Return chunks with their manifests, in the order asked, without those that are gone."""
        found = await self._retrieve(tenant, Kind.CHUNK, chunk_ids)
        chunks = {point_id: chunk_of(payload) for point_id, payload in found.items()}
        owners = {manifest_id(tenant, chunk.doc_id) for chunk in chunks.values()}
        manifests = await self._retrieve(tenant, Kind.MANIFEST, sorted(owners))
        truths = {manifest.doc_id: manifest for manifest in map(manifest_of, manifests.values())}
        return [
            ResolvedChunk(point_id, chunks[point_id], truths.get(chunks[point_id].doc_id))
            for point_id in chunk_ids
            if point_id in chunks
        ]

    async def _retrieve(self, tenant: str, kind: Kind, ids: Sequence[str]) -> dict[str, Payload]:
        points = await self._process.call(Retrieve(tuple(ids))) if ids else []
        return {
            point.id: point.payload
            for point in points
            if point.payload.get("tenant") == tenant and point.payload.get("kind") == kind.value
        }

    async def _anything_expires(self) -> bool:
        """Say whether any chunk expires: where none does, asking costs a search 1.4 ms of 10."""
        if self._may_expire is None:
            count = await self._process.call(Count(expiring_of_every_tenant()))
            self._may_expire = self._may_expire or count > 0  # one may have been written meanwhile
        return self._may_expire

    def _require_space(self) -> None:
        free = self._free_bytes()
        if free < self._min_free_bytes:
            msg = (
                f"{free // _MEBIBYTE} MiB of the data directory's disk are free, "
                f"{self._min_free_bytes // _MEBIBYTE} MiB must be; nothing was written"
            )
            raise InsufficientStorage(msg)


def _batches(items: Sequence[ItemT]) -> Iterator[tuple[ItemT, ...]]:
    for start in range(0, len(items), _BATCH):
        yield tuple(items[start : start + _BATCH])


def _stored_vector(point: Point) -> StoredVector:
    vector = array("f", point.vector or b"")
    return StoredVector(point.payload["generation"], point.payload["chunk_hash"], vector)
