"""Write the documents of an archive into a store, where nothing newer stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from netgpt_docs_service.chunking.interface import Chunker
from netgpt_docs_service.domain.chunks import generation_name
from netgpt_docs_service.domain.documents import Manifest, Pipeline
from netgpt_docs_service.errors import InvalidInput, StoreUnavailable
from netgpt_docs_service.store.interface import DocumentStore
from netgpt_docs_service.usecases.archive_lines import DocumentLine
from netgpt_docs_service.usecases.generation import GenerationWriter
from netgpt_docs_service.usecases.sweep import microseconds

_BATCH = 128
_MOST_AHEAD = timedelta(days=1)


class ImportStatus(StrEnum):
    """What became of one document of an archive."""

    IMPORTED = "imported"
    COMPLETED = "completed"
    """The same version stood there with chunks missing."""
    ALREADY_THERE = "already_there"
    NEWER = "newer"
    """A later version stands, or the document was deleted later."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one document, and how many of its chunks were written and embedded."""

    status: ImportStatus
    chunks: int = 0
    embedded: int = 0


@dataclass(frozen=True, slots=True)
class Embedding:
    """What is needed to embed a text anew."""

    chunker: Chunker
    writer: GenerationWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDocuments:
    """Put archived documents where they were in the order of writes.

    The store's compare-and-set decides as it does for every write, so doing it twice, or going on
    after it was cut off, does no harm.
    """

    store: DocumentStore
    pipeline: Pipeline
    open_embedding: Callable[[], Awaitable[Embedding]]
    """Called for the first document that must be embedded; it may take seconds."""
    now: Callable[[], datetime]

    async def import_(self, line: DocumentLine) -> Imported:
        """Write one document, with its vectors if this service's pipeline made them.

        Raises InvalidInput for a version of the future: no later write could ever replace it.
        """
        archived = line.manifest.manifest()
        if archived.sequence > microseconds(self.now() + _MOST_AHEAD):
            message = f"document {archived.doc_id!r} was written more than a day from now"
            raise InvalidInput(message)
        if not archived.is_readable(self.now()):
            return Imported(status=ImportStatus.EXPIRED)
        stands = await self.store.manifest(line.tenant, archived.doc_id)
        has_vectors = line.chunks is not None and archived.pipeline == self.pipeline
        if stands is not None and stands.sequence >= archived.sequence:
            return await self._again(line, archived, stands, has_vectors=has_vectors)
        if has_vectors:
            return await self._as_it_was(line, archived, ImportStatus.IMPORTED)
        return await self._anew(line, archived)

    async def _again(
        self, line: DocumentLine, archived: Manifest, stands: Manifest, *, has_vectors: bool
    ) -> Imported:
        """Complete the very set of chunks that is archived, if some of it is missing."""
        if stands.generation == archived.generation and has_vectors:
            generation = str(stands.generation)
            counted = await self.store.count_chunks(line.tenant, stands.doc_id, generation)
            if counted < stands.chunk_count:
                return await self._as_it_was(line, archived, ImportStatus.COMPLETED)
        is_same = stands.sequence == archived.sequence and not stands.is_tombstone
        is_same = is_same or stands.generation == archived.generation
        return Imported(status=ImportStatus.ALREADY_THERE if is_same else ImportStatus.NEWER)

    async def _as_it_was(
        self, line: DocumentLine, archived: Manifest, status: ImportStatus
    ) -> Imported:
        tenant = line.tenant
        chunks, vectors = line.stored_chunks()
        for start in range(0, len(chunks), _BATCH):
            part = slice(start, start + _BATCH)
            await self.store.write_chunks(tenant, archived, chunks[part], vectors=vectors[part])
        generation = str(archived.generation)
        counted = await self.store.count_chunks(tenant, archived.doc_id, generation)
        stands = await self.store.manifest(tenant, archived.doc_id)
        if counted != len(chunks) and (stands is None or stands.sequence < archived.sequence):
            message = (
                f"document {archived.doc_id!r}: {counted} of {len(chunks)} chunks were found after "
                "writing them; nothing was made visible"
            )
            raise StoreUnavailable(message)
        return await self._flipped(tenant, archived, Imported(status=status, chunks=len(chunks)))

    async def _anew(self, line: DocumentLine, archived: Manifest) -> Imported:
        embedding = await self.open_embedding()
        passages = await embedding.chunker.chunk(line.text, media_type=archived.media_type)
        # A set of its own: an attempt that was cut off may have been made by another pipeline.
        attempt = microseconds(self.now())
        manifest = replace(
            archived,
            generation=generation_name(archived.sequence, attempt),
            pipeline=self.pipeline,
        )
        written = await embedding.writer.write(
            line.tenant, manifest, passages, previous_generation=None
        )
        if written.superseded_by is not None:
            return Imported(status=ImportStatus.NEWER)
        manifest = replace(manifest, chunk_count=written.chunks, token_count=written.tokens)
        done = Imported(
            status=ImportStatus.IMPORTED, chunks=written.chunks, embedded=written.embedded
        )
        return await self._flipped(line.tenant, manifest, done)

    async def _flipped(self, tenant: str, manifest: Manifest, done: Imported) -> Imported:
        stands = await self.store.flip(tenant, manifest)
        await self.store.sweep(tenant, stands)
        if stands.generation != manifest.generation:
            return Imported(status=ImportStatus.NEWER, embedded=done.embedded)
        return done
