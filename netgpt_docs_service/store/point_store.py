"""The document store over points: the write protocol and the reads, one tenant at a time.

The engine that keeps the points is embedded or a server; nothing here knows which.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import Chunk, StoredVector, Vector, chunk_id, manifest_id
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.search import Candidate, CandidateQuery, ResolvedChunk
from netgpt_docs_service.errors import NotFound, StoreUnavailable
from netgpt_docs_service.store import cursors, protocol, sources
from netgpt_docs_service.store.chunk_payloads import chunk_of
from netgpt_docs_service.store.chunk_points import chunk_point
from netgpt_docs_service.store.document_reads import first_doc_id, vectors_of
from netgpt_docs_service.store.filters import (
    equals,
    expiring_of_every_tenant,
    findable_of_tenant,
    of_tenant,
    readable,
)
from netgpt_docs_service.store.interface import ManifestPage, ManifestQuery
from netgpt_docs_service.store.lexical import asked_words
from netgpt_docs_service.store.literal_reads import best_by_phrase, best_by_words
from netgpt_docs_service.store.payloads import (
    PIECES,
    Kind,
    Payload,
    State,
    manifest_of,
    manifest_payload,
)
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_reads import Count, Rank, Retrieve, Scroll
from netgpt_docs_service.store.point_writes import Delete, Fence, Flush, Upsert
from netgpt_docs_service.store.points import Point
from netgpt_docs_service.store.unfinished_sets import UnfinishedSets

_BATCH = 128  # points of one engine call: 5-10 ms, and a query waits for at most one of them

ItemT = TypeVar("ItemT")


class PointStore:
    """Keep documents of many tenants as points of one collection."""

    def __init__(
        self,
        engine: PointEngine,
        *,
        require_room: Callable[[], None] | None = None,
        is_sole_writer: bool = False,
    ) -> None:
        """Ask `require_room`, which may refuse, before anything is written that takes room.

        `is_sole_writer` promises that no other process writes to the engine's points.
        """
        self._engine = engine
        self._require_room = require_room or _always_room
        self._may_expire: bool | None = None if is_sole_writer else True
        self._unfinished = UnfinishedSets()

    async def manifest(self, tenant: str, doc_id: str) -> Manifest | None:
        """Return the document's manifest, tombstones included; None when it was never written."""
        return await self._manifest(tenant, doc_id, is_settled=False)

    async def manifests(self, tenant: str, query: ManifestQuery) -> ManifestPage:
        """Return one page of documents that exist and have not expired, by point id."""
        offset = None if query.cursor is None else cursors.point_after(tenant, query.cursor)
        live = equals("state", State.LIVE.value)
        matching = of_tenant(tenant, Kind.MANIFEST, must=[live, *readable(query.now, query.filter)])
        (points, following), total = await asyncio.gather(
            self._engine.call(Scroll(filter=matching, limit=query.limit, offset=offset)),
            self._engine.call(Count(matching)),
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
            chunk_point(tenant, manifest, chunk, vector)
            for chunk, vector in zip(chunks, vectors, strict=True)
        ]
        for batch in _batches(points):
            self._require_room()
            await self._engine.call(Upsert(points=batch))

    async def count_chunks(self, tenant: str, doc_id: str, generation: str) -> int:
        """Count the stored chunks of one generation, exactly."""
        counted = protocol.generation_set(tenant, Kind.CHUNK, doc_id, generation)
        return await self._engine.call(Count(counted))

    async def count_pairs(self, tenant: str, doc_id: str, generation: str) -> int:
        """Count the stored pairs of one generation, exactly."""
        counted = protocol.generation_set(tenant, Kind.PAIR, doc_id, generation)
        return await self._engine.call(Count(counted))

    async def flip(
        self,
        tenant: str,
        manifest: Manifest,
        *,
        copied_generation: str | None = None,
        keeps_other_source: bool = False,
    ) -> Manifest:
        """Make `manifest` the document's truth if its sequence is the highest; return the truth.

        Raises NotFound when `copied_generation` is given and the document has no manifest at all,
        StoreUnavailable when replicas do not agree in time on what stands.
        An embedded engine takes a tombstone even when the disk is nearly full: it is how space
        comes back. A server over its quota takes none.
        """
        if not manifest.is_tombstone:
            self._require_room()
            await self._engine.call(Flush())
        point = Point(manifest_id(tenant, manifest.doc_id), manifest_payload(tenant, manifest))
        self._unfinished.end(tenant, manifest.sequence)
        older = protocol.older_than(
            tenant,
            manifest.sequence,
            generation=copied_generation,
            must_not=sources.of_other_source(manifest) if keeps_other_source else None,
        )
        await self._engine.call(
            Upsert(points=(point,), condition=older, update_only=copied_generation is not None)
        )
        standing = await self._manifest(tenant, manifest.doc_id, is_settled=True)
        if standing is None and copied_generation is None:
            # It was inserted, or stood already: only replicas that do not agree have nothing here.
            msg = f"document {manifest.doc_id!r} was written and cannot be read back yet"
            raise StoreUnavailable(msg)
        if standing is None:
            msg = f"document {manifest.doc_id!r} is gone; nothing was written"
            raise NotFound(msg)
        await self._engine.call(Flush())
        return standing

    async def fence(self, tenant: str, manifest: Manifest, sequence: int) -> Manifest | None:
        """Raise the document's sequence, pointer unchanged, and return what stands afterwards.

        What stands is durable when this returns. The fence itself is not: one that a power cut
        takes back lets an older write win, and none of those survives it.
        """
        await self._engine.call(Flush())
        raised = manifest_payload(tenant, replace(manifest, sequence=sequence))
        await self._engine.call(
            Fence(
                Point(manifest_id(tenant, manifest.doc_id), raised),
                condition=protocol.unmoved(tenant, manifest, before=sequence),
            )
        )
        return await self._manifest(tenant, manifest.doc_id, is_settled=True)

    async def sweep(self, tenant: str, manifest: Manifest) -> int:
        """Delete every set which `manifest` makes stale, by ids; return how many went."""
        stale = protocol.stale_chunks(tenant, manifest)
        page = Scroll(filter=stale, limit=_BATCH, fields=())
        gone: tuple[str, ...] = ()
        deleted = 0
        while points := (await self._engine.call(page))[0]:
            ids = tuple(point.id for point in points)
            if ids == gone:
                return deleted  # a replica that lags shows them still: the next sweep looks again
            await self._engine.call(Delete(ids))
            gone = ids
            deleted += len(ids)
        return deleted

    async def stored_vectors(self, tenant: str, doc_id: str) -> list[StoredVector]:
        """Return the vectors of every set of chunks this document has, current or not."""
        return await vectors_of(self._engine, tenant, doc_id)

    async def copy_of(
        self, tenant: str, doc_id: str, hashes: Collection[str], *, before: int, now: datetime
    ) -> str | None:
        """Return the id of another document whose content or source has one of these SHA-256."""
        copies = sources.copies(tenant, doc_id, hashes, before=before, now=now)
        return await first_doc_id(self._engine, copies)

    async def chunks(
        self, tenant: str, manifest: Manifest, *, first: int = 0, limit: int | None = None
    ) -> list[Chunk]:
        """Return the chunks of `manifest`'s generation by index, found by their computed ids."""
        last = manifest.chunk_count if limit is None else min(manifest.chunk_count, first + limit)
        return await self._pieces(tenant, manifest, ChunkKind.CHUNK, range(first, last))

    async def pairs(self, tenant: str, manifest: Manifest) -> list[Chunk]:
        """Return the pairs of `manifest`'s generation by index, found by their computed ids."""
        return await self._pieces(tenant, manifest, ChunkKind.PAIR, range(manifest.pair_count))

    async def candidates(self, tenant: str, query: CandidateQuery) -> list[Candidate]:
        """Return the union of the best `query.limit` chunks by cosine and by BM25, unordered."""
        now = query.now if await self._anything_expires() else None
        asked = Rank(
            filter=findable_of_tenant(
                tenant,
                must=readable(now, query.filter),
                must_not=protocol.sets_of(self._unfinished.of(tenant)),
            ),
            corpus=findable_of_tenant(tenant),
            words=asked_words(query.text),
            vector=array("f", query.vector).tobytes(),
            mode=query.mode,
            limit=query.limit,
        )
        scores, *exact = await asyncio.gather(
            self._engine.call(asked),
            *(best_by_words(self._engine, asked, name) for name in query.names),
            *(best_by_phrase(self._engine, tenant, asked, phrase) for phrase in query.phrases),
        )
        lettered = {each: (cosine, words) for found in exact for each, cosine, words in found}
        both = lettered | {each: (cosine, words) for each, cosine, words in scores}
        return [
            # A product of two unit vectors of floats may be 1.0000002.
            Candidate(each, min(1.0, max(-1.0, cosine)), words, may_be_exact=each in lettered)
            for each, (cosine, words) in both.items()
        ]

    async def resolve(self, tenant: str, chunk_ids: Sequence[str]) -> list[ResolvedChunk]:
        """Return chunks with their manifests, in the order asked, without those that are gone."""
        found = await self._retrieve(tenant, PIECES, chunk_ids)
        chunks = {point_id: chunk_of(payload) for point_id, payload in found.items()}
        owners = {manifest_id(tenant, chunk.doc_id) for chunk in chunks.values()}
        manifests = await self._retrieve(tenant, (Kind.MANIFEST,), sorted(owners))
        truths = {manifest.doc_id: manifest for manifest in map(manifest_of, manifests.values())}
        return [
            ResolvedChunk(point_id, chunks[point_id], truths.get(chunks[point_id].doc_id))
            for point_id in chunk_ids
            if point_id in chunks
        ]

    async def _manifest(self, tenant: str, doc_id: str, *, is_settled: bool) -> Manifest | None:
        ids = [manifest_id(tenant, doc_id)]
        found = await self._retrieve(tenant, (Kind.MANIFEST,), ids, is_settled=is_settled)
        return next((manifest_of(payload) for payload in found.values()), None)

    async def _pieces(
        self, tenant: str, manifest: Manifest, kind: ChunkKind, indices: range
    ) -> list[Chunk]:
        if manifest.generation is None:
            return []
        name = (tenant, manifest.doc_id, manifest.generation)
        ids = [chunk_id(*name, index, kind=kind) for index in indices]
        found: dict[str, Payload] = {}
        for batch in _batches(ids):
            found |= await self._retrieve(tenant, (Kind(kind.value),), batch)
        return [chunk_of(found[point_id]) for point_id in ids if point_id in found]

    async def _retrieve(
        self, tenant: str, kinds: Collection[Kind], ids: Sequence[str], *, is_settled: bool = False
    ) -> dict[str, Payload]:
        request = Retrieve(tuple(ids), is_settled=is_settled, tenant=tenant)
        points = await self._engine.call(request) if ids else []
        return {
            point.id: point.payload
            for point in points
            if point.payload.get("tenant") == tenant and point.payload.get("kind") in kinds
        }

    async def _anything_expires(self) -> bool:
        """Say whether any chunk expires: where none does, asking costs a search 1.4 ms of 10."""
        if self._may_expire is None:
            count = await self._engine.call(Count(expiring_of_every_tenant()))
            self._may_expire = self._may_expire or count > 0  # one may have been written meanwhile
        return self._may_expire


def _always_room() -> None:
    """Leave it to the engine to refuse."""


def _batches(items: Sequence[ItemT]) -> Iterator[tuple[ItemT, ...]]:
    for start in range(0, len(items), _BATCH):
        yield tuple(items[start : start + _BATCH])
