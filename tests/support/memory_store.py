"""A document store in a dictionary: what store/interface.py promises, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from netgpt_docs_service.domain.chunks import (
    Chunk,
    StoredVector,
    Vector,
    chunk_id,
    generation_sequence,
)
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.search import Candidate, CandidateQuery, ResolvedChunk, SearchMode
from netgpt_docs_service.errors import InvalidInput, StoreUnavailable
from netgpt_docs_service.store.interface import (
    GenerationSet,
    ManifestPage,
    ManifestQuery,
    StoreTotals,
)
from tests.support.matching import matches, words_in_common


@dataclass(frozen=True, slots=True)
class _Point:
    tenant: str
    chunk: Chunk
    vector: Vector | None
    manifest: Manifest


@dataclass(slots=True)
class MemoryStore:
    """Both ports of the store, for tests of the edge; `is_away` makes every call fail."""

    is_away: bool = False
    _manifests: dict[tuple[str, str], Manifest] = field(default_factory=dict)
    _points: dict[str, _Point] = field(default_factory=dict)

    async def manifest(self, tenant: str, doc_id: str) -> Manifest | None:
        self._check()
        return self._manifests.get((tenant, doc_id))

    async def manifests(self, tenant: str, query: ManifestQuery) -> ManifestPage:
        self._check()
        if query.cursor is not None and not query.cursor.startswith("after:"):
            message = "this store did not make that cursor"
            raise InvalidInput(message, pointer="/cursor")
        found = sorted(
            (
                manifest
                for (owner, _), manifest in self._manifests.items()
                if owner == tenant
                and manifest.is_readable(query.now)
                and matches(query.filter, manifest)
            ),
            key=lambda manifest: manifest.doc_id,
        )
        after = None if query.cursor is None else query.cursor.removeprefix("after:")
        rest = [each for each in found if after is None or each.doc_id > after]
        page = rest[: query.limit]
        has_more = len(rest) > len(page)
        return ManifestPage(page, len(found), f"after:{page[-1].doc_id}" if has_more else None)

    async def write_chunks(
        self,
        tenant: str,
        manifest: Manifest,
        chunks: Sequence[Chunk],
        *,
        vectors: Sequence[Vector | None],
    ) -> None:
        self._check()
        for chunk, vector in zip(chunks, vectors, strict=True):
            point_id = chunk_id(tenant, chunk.doc_id, chunk.generation, chunk.index)
            self._points[point_id] = _Point(tenant, chunk, vector, manifest)

    async def count_chunks(self, tenant: str, doc_id: str, generation: str) -> int:
        return sum(each.chunk.generation == generation for each in self._of(tenant, doc_id))

    async def flip(
        self, tenant: str, manifest: Manifest, *, copied_generation: str | None = None
    ) -> Manifest:
        self._check()
        stands = self._manifests.get((tenant, manifest.doc_id))
        is_newer = stands is None or stands.sequence < manifest.sequence
        is_copied = copied_generation is None or (
            stands is not None and stands.generation == copied_generation
        )
        if is_newer and is_copied:
            self._manifests[tenant, manifest.doc_id] = manifest
        return self._manifests[tenant, manifest.doc_id]

    async def fence(self, tenant: str, manifest: Manifest, sequence: int) -> Manifest | None:
        self._check()
        stands = self._manifests.get((tenant, manifest.doc_id))
        if stands and stands.generation == manifest.generation and stands.sequence < sequence:
            self._manifests[tenant, manifest.doc_id] = replace(stands, sequence=sequence)
        return self._manifests.get((tenant, manifest.doc_id))

    async def sweep(self, tenant: str, manifest: Manifest) -> int:
        self._check()
        stale = [
            point_id
            for point_id, each in self._points.items()
            if (each.tenant, each.chunk.doc_id) == (tenant, manifest.doc_id)
            and each.chunk.generation != manifest.generation
            and generation_sequence(each.chunk.generation) <= manifest.sequence
        ]
        for point_id in stale:
            del self._points[point_id]
        return len(stale)

    async def stored_vectors(self, tenant: str, doc_id: str) -> list[StoredVector]:
        return [
            StoredVector(each.chunk.generation, each.chunk.chunk_hash, each.vector)
            for each in self._of(tenant, doc_id)
            if each.vector is not None
        ]

    async def chunks(
        self, tenant: str, manifest: Manifest, *, first: int = 0, limit: int | None = None
    ) -> list[Chunk]:
        mine = [
            each.chunk
            for each in self._of(tenant, manifest.doc_id)
            if each.chunk.generation == manifest.generation and each.chunk.index >= first
        ]
        return sorted(mine, key=lambda chunk: chunk.index)[:limit]

    async def candidates(self, tenant: str, query: CandidateQuery) -> list[Candidate]:
        self._check()
        found = []
        for point_id, each in self._points.items():
            is_mine = each.tenant == tenant and each.vector is not None
            if is_mine and each.manifest.is_readable(query.now):
                if not matches(query.filter, each.manifest):
                    continue
                cosine = sum(a * b for a, b in zip(query.vector, each.vector or (), strict=True))
                words = float(words_in_common(query.text, each.chunk.text))
                sparse = None if query.mode is SearchMode.DENSE else words
                found.append(Candidate(point_id, cosine, sparse))
        by_cosine = sorted(found, key=lambda each: -each.dense_score)[: query.limit]
        by_words = sorted(found, key=lambda each: -(each.sparse_score or 0))[: query.limit]
        return list({each.chunk_id: each for each in (*by_cosine, *by_words)}.values())

    async def resolve(self, tenant: str, chunk_ids: Sequence[str]) -> list[ResolvedChunk]:
        self._check()
        return [
            ResolvedChunk(point_id, each.chunk, self._manifests.get((tenant, each.chunk.doc_id)))
            for point_id in chunk_ids
            if (each := self._points.get(point_id)) is not None and each.tenant == tenant
        ]

    async def generation_sets(self) -> AsyncIterator[GenerationSet]:
        for each in list(self._points.values()):
            yield GenerationSet(each.tenant, each.chunk.doc_id, each.chunk.generation, 1)

    async def tombstones(self, before: datetime) -> AsyncIterator[tuple[str, Manifest]]:
        for (tenant, _), manifest in list(self._manifests.items()):
            if manifest.is_tombstone and manifest.updated_at < before:
                yield tenant, manifest

    async def forget(self, tenant: str, manifest: Manifest) -> bool:
        is_same = self._manifests.get((tenant, manifest.doc_id)) == manifest
        if is_same:
            del self._manifests[tenant, manifest.doc_id]
        return is_same

    async def totals(self) -> StoreTotals:
        documents, chunks = len(self._manifests), len(self._points)
        return StoreTotals(documents + chunks, documents, chunks)

    async def ping(self) -> None:
        self._check()

    def _of(self, tenant: str, doc_id: str) -> list[_Point]:
        self._check()
        mine = (tenant, doc_id)
        return [each for each in self._points.values() if (each.tenant, each.chunk.doc_id) == mine]

    def _check(self) -> None:
        if self.is_away:
            message = "the store does not answer"
            raise StoreUnavailable(message, retry_after_s=1.5)
