"""Clear away what no reader can see: sets of chunks that lost, what expired, old tombstones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from netgpt_docs_service.domain.chunks import generation_begun_us, generation_sequence
from netgpt_docs_service.domain.documents import Manifest, tombstone
from netgpt_docs_service.errors import DocumentDamaged, NotFound
from netgpt_docs_service.store.interface import DocumentStore, GenerationSet, StoreMaintenance

MAX_WRITE_AGE = timedelta(days=7)
"""A write that is older than this is dead: its chunks are removed and it can no longer win."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one sweep removed; the chunks of documents that expired are among the chunks."""

    expired: int
    chunks: int
    tombstones: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepStore:
    """Remove stale chunks of all tenants; doing it twice, or in two processes, does no harm.

    What is damaged is left as it is: `CheckStore` names it.
    """

    store: DocumentStore
    maintenance: StoreMaintenance
    now: Callable[[], datetime]
    max_write_age: timedelta

    async def sweep(self) -> Swept:
        """Sweep the whole store once."""
        expired = chunks = 0
        async for tenant, manifest in self.maintenance.expired(self.now()):
            removed = await self.expire(tenant, manifest)
            expired += removed is not None
            chunks += removed or 0
        async for each in self.maintenance.generation_sets():
            chunks += await self.clear(each)
        return Swept(expired=expired, chunks=chunks, tombstones=await self.forget_tombstones())

    async def clear(self, each: GenerationSet) -> int:
        """Remove a set if no reader can see it and no writer finish it; return how many went.

        A set above its document's sequence may have a living writer; it is left alone until it is
        older than `max_write_age`, then fenced, so that its writer can no longer win, and removed.
        """
        try:
            manifest = await self.store.manifest(each.tenant, each.doc_id)
            return await self._sweep(each, manifest) if self._is_stale(each, manifest) else 0
        except (DocumentDamaged, NotFound):  # a manifest that is no one's stands in its place
            return 0

    async def forget_tombstones(self) -> int:
        """Remove the tombstones that no living write can be older than; return how many went."""
        forgotten = 0
        async for tenant, manifest in self.maintenance.tombstones(self._oldest_write()):
            forgotten += await self.maintenance.forget(tenant, manifest)
        return forgotten

    async def expire(self, tenant: str, before: Manifest) -> int | None:
        """Turn a document into a tombstone only if it is still the version that expired.

        The tombstone takes the very next place in the order, so that a write which was accepted
        meanwhile still wins. Returns how many chunks went, None when the document had moved.
        """
        now = self.now()
        gone = tombstone(
            before.doc_id, sequence=before.sequence + 1, created_at=before.created_at, now=now
        )
        try:
            stands = await self.store.flip(tenant, gone, copied_generation=before.generation)
        except NotFound:
            return None
        if stands != gone:
            return None
        return await self.store.sweep(tenant, stands)

    def _is_stale(self, each: GenerationSet, manifest: Manifest | None) -> bool:
        if manifest is not None and manifest.generation == each.generation:
            return False
        sequence = generation_sequence(each.generation)
        is_below = manifest is not None and sequence <= manifest.sequence
        begun_us = generation_begun_us(each.generation)
        return is_below or begun_us < microseconds(self._oldest_write())

    async def _sweep(self, each: GenerationSet, manifest: Manifest | None) -> int:
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


def microseconds(moment: datetime) -> int:
    """Return the sequence that a write accepted at `moment` has at least."""
    return int(moment.timestamp() * 1_000_000)
