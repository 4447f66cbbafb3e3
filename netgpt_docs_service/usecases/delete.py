"""Delete documents: gone for every reader at once, and nothing older brings them back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from netgpt_docs_service.domain.documents import Manifest, tombstone
from netgpt_docs_service.domain.filters import Filter
from netgpt_docs_service.errors import NotFound
from netgpt_docs_service.store.interface import DocumentStore, ManifestQuery
from netgpt_docs_service.usecases.sequence import SequenceClock
from netgpt_docs_service.usecases.turns import DocumentTurns

_PAGE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What a deletion by filter matched, and what it deleted."""

    matched: int
    deleted_documents: int
    deleted_chunks: int
    deleted_pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteDocument:
    """Turn a document's manifest into a tombstone, then remove its chunks."""

    store: DocumentStore
    clock: SequenceClock
    turns: DocumentTurns
    now: Callable[[], datetime]

    async def delete(self, tenant: str, doc_id: str) -> Manifest:
        """Delete a document and return what it was; NotFound when there is none.

        It does not wait for an ingest of the same document that is still running: that one was
        accepted earlier and loses, even when the document does not exist yet.
        """
        before = await self.store.manifest(tenant, doc_id)
        if before is None or before.is_tombstone:
            await self._shut_out(tenant, doc_id, before)
            message = f"document {doc_id!r} does not exist"
            raise NotFound(message)
        stands = await self.store.flip(tenant, self._tombstone(before))
        await self.store.sweep(tenant, stands)
        return before

    async def delete_version(self, tenant: str, before: Manifest) -> bool:
        """Delete a document only if it is still the version `before`; say whether it was."""
        gone = self._tombstone(before)
        stands = await self.store.flip(tenant, gone, copied_generation=before.generation)
        if stands.sequence != gone.sequence:
            return False
        await self.store.sweep(tenant, stands)
        return True

    async def _shut_out(self, tenant: str, doc_id: str, before: Manifest | None) -> None:
        """Let no write that was accepted before this deletion bring the document into being."""
        if before is not None:
            await self.store.fence(tenant, before, self.clock.accept(before.sequence))
        elif self.turns.is_busy(tenant, doc_id):
            now = self.now()
            sequence = self.clock.accept(0)
            await self.store.flip(
                tenant, tombstone(doc_id, sequence=sequence, created_at=now, now=now)
            )

    def _tombstone(self, before: Manifest) -> Manifest:
        sequence = self.clock.accept(before.sequence)
        return tombstone(
            before.doc_id, sequence=sequence, created_at=before.created_at, now=self.now()
        )


@dataclass(frozen=True, slots=True)
class DeleteMatching:
    """Delete every document that matches a filter, each only as the version that matched."""

    one: DeleteDocument

    async def delete(self, tenant: str, condition: Filter, *, dry_run: bool) -> Deletion:
        """Delete what matches, or only count it in a dry run."""
        matched = deleted_documents = deleted_chunks = deleted_pairs = 0
        async for manifest in self._matching(tenant, condition):
            matched += 1
            if not dry_run and await self.one.delete_version(tenant, manifest):
                deleted_documents += 1
                deleted_chunks += manifest.chunk_count
                deleted_pairs += manifest.pair_count
        return Deletion(
            matched=matched,
            deleted_documents=deleted_documents,
            deleted_chunks=deleted_chunks,
            deleted_pairs=deleted_pairs,
        )

    async def _matching(self, tenant: str, condition: Filter) -> AsyncIterator[Manifest]:
        cursor: str | None = None
        while True:
            query = ManifestQuery(now=self.one.now(), limit=_PAGE, cursor=cursor, filter=condition)
            page = await self.one.store.manifests(tenant, query)
            for manifest in page.entries:
                yield manifest
            cursor = page.next_cursor
            if cursor is None:
                return
