"""Write a document: cut it, embed what is new, store it beside the old one, then flip."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from netgpt_docs_service.domain.chunks import generation_name, generation_sequence
from netgpt_docs_service.domain.documents import (
    Document,
    Manifest,
    Pipeline,
    Receipt,
    ReceiptStatus,
)
from netgpt_docs_service.errors import DeadlineExceeded
from netgpt_docs_service.store.interface import DocumentStore
from netgpt_docs_service.usecases.cutter import DocumentCutter
from netgpt_docs_service.usecases.file_claim import FileClaim
from netgpt_docs_service.usecases.generation import GenerationWriter, WrittenSet, counted_set
from netgpt_docs_service.usecases.sequence import SequenceClock
from netgpt_docs_service.usecases.turns import DocumentTurns


@dataclass(frozen=True, slots=True)
class Accepted:
    """The place in the order of writes that a document got when it was accepted."""

    sequence: int
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class _Write:
    tenant: str
    document: Document
    accepted: Accepted
    content_sha256: str
    began_s: float
    claim: FileClaim | None

    def made(self, stands: Manifest) -> bool:
        """Whether what stands is this write's, by whichever attempt.

        The sequence alone does not say so: a sweep or a cancellation raises it to this write's to
        shut this write out, and leaves the generation as it is.
        """
        generation = stands.generation
        return generation is not None and generation_sequence(generation) == self.accepted.sequence

    @property
    def source_sha256(self) -> str:
        return self.document.source_sha256 or self.content_sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestDocument:
    """Make a document searchable, whole or not at all, in the order of acceptance."""

    store: DocumentStore
    cutter: DocumentCutter
    writer: GenerationWriter
    pipeline: Pipeline
    clock: SequenceClock
    turns: DocumentTurns
    now: Callable[[], datetime]
    deadline_s: float

    async def accept(self, tenant: str, doc_id: str) -> Accepted:
        """Give a write of this document its place in the order."""
        manifest = await self.store.manifest(tenant, doc_id)
        return Accepted(self.clock.accept(manifest.sequence if manifest else 0))

    async def ingest(
        self,
        tenant: str,
        document: Document,
        *,
        accepted: Accepted | None = None,
        within_s: float | None = None,
        claim: FileClaim | None = None,
    ) -> Receipt:
        """Store `document` and return its receipt once it is durable and searchable.

        Raises DeadlineExceeded when it takes longer than `within_s`, or else `deadline_s`; what
        was embedded until then is kept and reused when the document is sent again. Raises
        NameTaken when it was read out of a file whose `claim` to its name does not hold.
        """
        began_s = time.perf_counter()
        try:
            async with asyncio.timeout(self.deadline_s if within_s is None else within_s):
                accepted = accepted or await self.accept(tenant, document.doc_id)
                content_sha256 = hashlib.sha256(document.text.encode()).hexdigest()
                write = _Write(tenant, document, accepted, content_sha256, began_s, claim)
                async with self._turn(tenant, document.doc_id, accepted):
                    return await self._write(write)
        except TimeoutError as error:
            message = (
                f"document {document.doc_id!r} was not finished within {self.deadline_s:g} s; "
                "what is embedded so far is kept: send it again to go on from there"
            )
            raise DeadlineExceeded(message) from error

    async def confirm(
        self, tenant: str, claim: FileClaim, accepted: Accepted
    ) -> tuple[Receipt, Manifest] | None:
        """Return the receipt of a write that need not be done, and the manifest that stands.

        It is done already, whole, by the same bytes; or a write accepted later replaced it. None
        when the file must be read. Raises NameTaken; the caller's deadline bounds the wait.
        """
        began_s = time.perf_counter()
        pipeline = self.cutter.named(self.pipeline, claim.fields)
        async with self._turn(tenant, claim.doc_id, accepted):
            before = await self.store.manifest(tenant, claim.doc_id)
            stands, is_confirmed = await self._raise(
                tenant, before, accepted, lambda each: claim.is_met_by(each, pipeline)
            )
            claim.check_name(stands, self.now())
            if stands is None or not (is_confirmed or stands.sequence >= accepted.sequence):
                return None
            await self.store.sweep(tenant, stands)
        if is_confirmed:
            return _unchanged(stands, began_s), stands
        return _receipt(stands, ReceiptStatus.SUPERSEDED, WrittenSet(), began_s), stands

    def _turn(
        self, tenant: str, doc_id: str, accepted: Accepted
    ) -> AbstractAsyncContextManager[None]:
        return self.turns.turn(tenant, doc_id, sequence=accepted.sequence, replaces_all=True)

    async def _write(self, write: _Write) -> Receipt:
        before = await self.store.manifest(write.tenant, write.document.doc_id)
        before, is_confirmed = await self._raise(
            write.tenant, before, write.accepted, lambda each: self._is_unchanged(write, each)
        )
        self._check_claim(write, before)
        if before is not None and is_confirmed:
            await self.store.sweep(write.tenant, before)
            return _unchanged(before, write.began_s)
        if before is not None and before.sequence >= write.accepted.sequence:
            return await self._superseded(write, before)
        return await self._replace(write, before)

    async def _raise(
        self,
        tenant: str,
        before: Manifest | None,
        accepted: Accepted,
        is_same: Callable[[Manifest], bool],
    ) -> tuple[Manifest | None, bool]:
        """Raise what stands to this write's place, while it `is_same` and whole.

        Returns what stands, and whether it was raised. Sending a document again mends a hole.
        """
        mine = accepted.sequence
        while before is not None and before.sequence < mine and is_same(before):
            counted = await counted_set(self.store, tenant, before)
            if counted != (before.chunk_count, before.pair_count):
                return before, False
            stands = await self.store.fence(tenant, before, mine)
            if stands is not None and stands.sequence == mine:
                return stands, True
            before = stands  # another write came between: look again
        return before, False

    def _check_claim(self, write: _Write, stands: Manifest | None) -> None:
        if write.claim is not None:
            write.claim.check_name(stands, self.now())

    async def _replace(self, write: _Write, before: Manifest | None) -> Receipt:
        passages = await self.cutter.cut(write.document)
        manifest = self._manifest(write, before)
        previous = before.generation if before else None
        written = await self.writer.write(
            write.tenant, manifest, passages, previous_generation=previous
        )
        if written.superseded_by is not None:
            return await self._superseded(write, written.superseded_by)
        stands = await self.store.flip(
            write.tenant,
            replace(
                manifest,
                chunk_count=written.chunks,
                pair_count=written.pairs,
                token_count=written.tokens,
                took_ms=_ms_since(write.began_s),
            ),
            keeps_other_source=write.claim is not None and not write.claim.may_replace,
        )
        self._check_claim(write, stands)  # another process may have taken the name meanwhile
        if not write.made(stands):
            return await self._superseded(write, stands)
        await self.store.sweep(write.tenant, stands)
        status = ReceiptStatus.CREATED if previous is None else ReceiptStatus.UPDATED
        return _receipt(stands, status, written, write.began_s)

    async def _superseded(self, write: _Write, stands: Manifest) -> Receipt:
        await self.store.sweep(write.tenant, stands)
        return _receipt(stands, ReceiptStatus.SUPERSEDED, WrittenSet(), write.began_s)

    def _is_unchanged(self, write: _Write, before: Manifest) -> bool:
        document = write.document
        return (
            not before.is_tombstone
            and before.source_sha256 == write.source_sha256
            and before.content_sha256 == write.content_sha256
            and before.pipeline == self._pipeline(document)
            and before.fields.canonical() == document.fields.canonical()
            and before.origin == document.origin
        )

    def _pipeline(self, document: Document) -> Pipeline:
        pipeline = self.cutter.named(self.pipeline, document.fields)
        if document.extractor is None:
            return pipeline
        return replace(pipeline, extractor=document.extractor)

    def _manifest(self, write: _Write, before: Manifest | None) -> Manifest:
        document, now = write.document, self.now()
        size_bytes = document.size_bytes
        return Manifest(
            doc_id=document.doc_id,
            sequence=write.accepted.sequence,
            generation=generation_name(write.accepted.sequence, write.accepted.attempt),
            version=write.accepted.sequence,
            fields=document.fields,
            origin=document.origin,
            size_bytes=len(document.text.encode()) if size_bytes is None else size_bytes,
            pages=len(document.layout.page_starts) or None,
            source_sha256=write.source_sha256,
            content_sha256=write.content_sha256,
            pipeline=self._pipeline(document),
            char_count=len(document.text),
            created_at=now if before is None or before.is_tombstone else before.created_at,
            updated_at=now,
        )


def _unchanged(stands: Manifest, began_s: float) -> Receipt:
    reused = WrittenSet(reused=stands.chunk_count + stands.pair_count)
    return _receipt(stands, ReceiptStatus.UNCHANGED, reused, began_s)


def _receipt(
    stands: Manifest, status: ReceiptStatus, written: WrittenSet, began_s: float
) -> Receipt:
    return Receipt(
        doc_id=stands.doc_id,
        version=stands.version,
        status=status,
        chunks=stands.chunk_count,
        pairs=stands.pair_count,
        embedded=written.embedded,
        reused=written.reused,
        deleted=written.deleted,
        tokens=stands.token_count,
        content_sha256=stands.content_sha256,
        took_ms=_ms_since(began_s),
    )


def _ms_since(began_s: float) -> float:
    return round((time.perf_counter() - began_s) * 1000, 1)
