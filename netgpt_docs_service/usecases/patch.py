"""Change what is said about a document; its text and its vectors stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from netgpt_docs_service.domain.chunks import generation_name
from netgpt_docs_service.domain.documents import DocumentFields, Manifest
from netgpt_docs_service.errors import StoreUnavailable
from netgpt_docs_service.store.interface import DocumentStore
from netgpt_docs_service.usecases.generation import GenerationWriter
from netgpt_docs_service.usecases.read import ReadDocuments
from netgpt_docs_service.usecases.sequence import SequenceClock
from netgpt_docs_service.usecases.turns import DocumentTurns

_ATTEMPTS = 5
"""How often a copy begins again because another write moved the document under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFields:
    """Write a document's chunks and pairs again under other fields, every vector reused."""

    store: DocumentStore
    read: ReadDocuments
    writer: GenerationWriter
    clock: SequenceClock
    turns: DocumentTurns
    now: Callable[[], datetime]

    async def change(
        self, tenant: str, doc_id: str, change: Callable[[DocumentFields], DocumentFields]
    ) -> Manifest:
        """Apply `change` to the document's fields and return what stands afterwards.

        Raises NotFound when it does not exist. A write accepted later may already have replaced
        the change when this returns: then the answer shows that write's fields.
        """
        before = await self.read.manifest(tenant, doc_id)
        sequence = self.clock.accept(before.sequence)
        async with self.turns.turn(tenant, doc_id, sequence=sequence, replaces_all=False):
            for attempt in range(1, _ATTEMPTS + 1):
                stands = await self._attempt(tenant, doc_id, change, (sequence, attempt))
                if stands is not None:
                    return stands
        message = f"document {doc_id!r} kept changing while its fields were written: try again"
        raise StoreUnavailable(message)

    async def _attempt(
        self,
        tenant: str,
        doc_id: str,
        change: Callable[[DocumentFields], DocumentFields],
        accepted: tuple[int, int],
    ) -> Manifest | None:
        sequence, attempt = accepted
        before = await self.read.manifest(tenant, doc_id)
        fields = change(before.fields)
        if before.sequence >= sequence or fields.canonical() == before.fields.canonical():
            return before
        chunks = await self.store.chunks(tenant, before)
        pairs = await self.store.pairs(tenant, before)
        if (len(chunks), len(pairs)) != (before.chunk_count, before.pair_count):
            return None
        changed = replace(
            before,
            sequence=sequence,
            generation=generation_name(sequence, attempt),
            version=sequence,
            fields=fields,
            updated_at=self.now(),
        )
        if not await self.writer.copy(tenant, changed, [*chunks, *pairs]):
            return None
        stands = await self.store.flip(tenant, changed, copied_generation=before.generation)
        if stands.generation != changed.generation:
            return None
        await self.store.sweep(tenant, stands)
        return stands
