"""Check every chunk there is against its document's manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from netgpt_docs_service.domain.chunks import (
    chunk_id,
    generation_begun_us,
    generation_sequence,
)
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.errors import DocumentDamaged
from netgpt_docs_service.store.interface import (
    ChunkEntry,
    DocumentStore,
    GenerationSet,
    StoreMaintenance,
)
from netgpt_docs_service.usecases.findings import CheckReport, Finding, FindingKind
from netgpt_docs_service.usecases.sweep import SweepStore, microseconds

_SETTLING = timedelta(minutes=1)
"""Between a flip and the end of its sweep, sets are stale that nobody need remove: seconds."""


@dataclass(slots=True, kw_only=True)
class SetCheck:
    """Find sets of chunks that are not current; its memory grows with what is wrong only.

    With `sweep` it also removes those that the rules of the sweep let go.
    """

    store: DocumentStore
    maintenance: StoreMaintenance
    sweep: SweepStore | None
    now: Callable[[], datetime]
    oldest_write: datetime
    report: CheckReport
    _seen: set[tuple[str, str, str]] = field(default_factory=set)

    async def check(self, tenant: str | None, tell: Callable[[int], None]) -> None:
        """Walk all chunks, of all tenants or of one."""
        async for page in self.maintenance.chunk_pages(tenant=tenant):
            names = {(each.tenant, each.doc_id) for each in page if each.generation}
            manifests = await self.maintenance.manifests_of(names)
            for each in page:
                await self._chunk(each, manifests.get((each.tenant, each.doc_id)))
            self.report.chunks_found += len(page)
            tell(self.report.chunks_found)

    async def _chunk(self, each: ChunkEntry, manifest: Manifest | None) -> None:
        if each.problem is not None:
            await self._misfit(each)
        if not each.generation:
            return
        if manifest is not None and manifest.generation == each.generation:
            return
        name = (each.tenant, each.doc_id, each.generation)
        if name not in self._seen:
            self._seen.add(name)
            await self._set(*name)

    async def _misfit(self, each: ChunkEntry) -> None:
        kind = FindingKind.MISPLACED_CHUNK if each.generation else FindingKind.UNREADABLE_CHUNK
        if each.generation:
            place = chunk_id(each.tenant, each.doc_id, each.generation, each.index, kind=each.kind)
            if place != each.point_id and await self.store.resolve(each.tenant, [place]):
                kind = FindingKind.DUPLICATE_INDEX
        self.report.add(
            Finding(
                kind=kind,
                detail=f"point {each.point_id}: {each.problem}",
                tenant=each.tenant,
                doc_id=each.doc_id,
                generation=each.generation,
                chunks=1,
            )
        )

    async def _set(self, tenant: str, doc_id: str, generation: str) -> None:
        """Look again, from the manifest on, at a set that is not current."""
        try:
            manifest = await self.store.manifest(tenant, doc_id)
        except DocumentDamaged:  # found already: what its chunks are cannot be told
            return
        if manifest is not None and manifest.generation == generation:
            return
        chunks = await self._count(tenant, doc_id, generation)
        if chunks == 0:
            return
        kind = self._kind(manifest, generation)
        if kind is None:
            return
        is_repaired = False
        if self.sweep is not None:
            await self.sweep.clear(GenerationSet(tenant, doc_id, generation, chunks))
            is_repaired = await self._count(tenant, doc_id, generation) == 0
        self.report.add(
            Finding(
                kind=kind,
                detail=_why(kind, manifest, chunks),
                tenant=tenant,
                doc_id=doc_id,
                generation=generation,
                chunks=chunks,
                is_repaired=is_repaired,
            )
        )

    async def _count(self, tenant: str, doc_id: str, generation: str) -> int:
        """Count the chunks and the pairs of a set: it may have pairs only."""
        name = (tenant, doc_id, generation)
        return await self.store.count_chunks(*name) + await self.store.count_pairs(*name)

    def _kind(self, manifest: Manifest | None, generation: str) -> FindingKind | None:
        """Say what is wrong with a set that is not current; None when nothing need be."""
        sequence = generation_sequence(generation)
        if manifest is not None and sequence <= manifest.sequence:
            if abs(self.now() - manifest.updated_at) >= _SETTLING:
                return FindingKind.STALE_SET
            self.report.settling_sets += 1
            return None
        if generation_begun_us(generation) >= microseconds(self.oldest_write):
            self.report.unfinished_sets += 1
            return None
        return FindingKind.ORPHAN_SET if manifest is None else FindingKind.ABANDONED_SET


def _why(kind: FindingKind, manifest: Manifest | None, chunks: int) -> str:
    if manifest is None:
        return f"{chunks} chunks of a document that has no manifest"
    if kind is FindingKind.ABANDONED_SET:
        return f"{chunks} chunks of a write that never ended, above sequence {manifest.sequence}"
    current = f"set {manifest.generation} is current" if manifest.generation else "it was deleted"
    return f"{chunks} chunks that no reader sees: {current}"
