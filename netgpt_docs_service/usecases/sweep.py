"""Clear away what no reader can see: sets of chunks that lost, and old tombstones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from netgpt_docs_service.domain.chunks import generation_sequence
from netgpt_docs_service.domain.documents import tombstone
from netgpt_docs_service.store.interface import DocumentStore, GenerationSet, StoreMaintenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one sweep removed."""

    chunks: int
    tombstones: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepStore:
    """Remove stale chunks of all tenants; doing it twice, or in two processes, does no harm."""

    store: DocumentStore
    maintenance: StoreMaintenance
    now: Callable[[], datetime]
    max_write_age: timedelta

    async def sweep(self) -> Swept:
        """Sweep the whole store once.

        A set above its document's sequence may have a living writer; it is left alone until it is
        older than `max_write_age`, then fenced, so that its writer can no longer win, and removed.
        """
        chunks = tombstones = 0
        async for each in self.maintenance.generation_sets():
            if await self._is_stale(each):
                chunks += await self._sweep_document(each)
        async for tenant, manifest in self.maintenance.tombstones(self._oldest_write()):
            tombstones += await self.maintenance.forget(tenant, manifest)
        return Swept(chunks=chunks, tombstones=tombstones)

    async def _is_stale(self, each: GenerationSet) -> bool:
        manifest = await self.store.manifest(each.tenant, each.doc_id)
        if manifest is not None and manifest.generation == each.generation:
            return False
        sequence = generation_sequence(each.generation)
        is_below = manifest is not None and sequence <= manifest.sequence
        return is_below or sequence < _microseconds(self._oldest_write())

    async def _sweep_document(self, each: GenerationSet) -> int:
        manifest = await self.store.manifest(each.tenant, each.doc_id)
        sequence = generation_sequence(each.generation)
        if manifest is None:
            now = self.now()
            fence = tombstone(each.doc_id, sequence=sequence, created_at=now, now=now)
            manifest = await self.store.flip(each.tenant, fence)
        elif manifest.sequence < sequence:
            manifest = await self.store.fence(each.tenant, manifest, sequence) or manifest
        return await self.store.sweep(each.tenant, manifest)

    def _oldest_write(self) -> datetime:
        return self.now() - self.max_write_age


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
