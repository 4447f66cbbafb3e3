"""Write the documents of an archive into a store, where nothing newer stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from netgpt_docs_service.domain.chunks import (
    Chunk,
    Passage,
    Vector,
    generation_name,
    generation_sequence,
)
from netgpt_docs_service.domain.documents import Document, Manifest, Pipeline
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.store.interface import DocumentStore, StoreMaintenance
from netgpt_docs_service.usecases.archive_lines import DocumentLine
from netgpt_docs_service.usecases.cutter import DocumentCutter
from netgpt_docs_service.usecases.generation import GenerationWriter, count_back, counted_set
from netgpt_docs_service.usecases.sweep import MAX_WRITE_AGE, microseconds
from netgpt_docs_service.usecases.verify import has_words

_BATCH = 128
_MOST_AHEAD = timedelta(days=1)


class ImportStatus(StrEnum):
    """What became of one document of an archive."""

    IMPORTED = "imported"
    COMPLETED = "completed"
    """The same version stood there with chunks or vectors missing."""
    ALREADY_THERE = "already_there"
    NEWER = "newer"
    """A later version stands, or the document was deleted later."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one document: how many chunks were written, and of all that was, embedded."""

    status: ImportStatus
    chunks: int = 0
    embedded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDocuments:
    """Put archived documents where they were in the order of writes.

    The store's compare-and-set decides as it does for every write, so doing it twice, or going on
    after it was cut off, does no harm.
    """

    store: DocumentStore
    maintenance: StoreMaintenance
    pipeline: Pipeline
    cutter: DocumentCutter
    open_writer: Callable[[], Awaitable[GenerationWriter]]
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
        stands = await self._standing(line.tenant, archived)
        if stands is not None and stands.sequence >= archived.sequence:
            return await self._again(line, archived, stands)
        if self._is_made_here(archived) and _has_vectors(line):
            return await self._as_it_was(line, archived)
        return await self._anew(line, archived)

    async def may_undo_deletions(self, exported_at: datetime) -> bool:
        """Whether what was deleted after `exported_at` may have been forgotten to be deleted."""
        is_old = self.now() - exported_at > MAX_WRITE_AGE
        return is_old and (await self.maintenance.totals()).points > 0

    async def _standing(self, tenant: str, archived: Manifest) -> Manifest | None:
        """Return what stands, without the fence that a sweep put up against a dead import.

        No deletion has the very sequence of a version: it comes after it.
        """
        stands = await self.store.manifest(tenant, archived.doc_id)
        if stands is None or not stands.is_tombstone or stands.sequence != archived.sequence:
            return stands
        is_forgotten = await self.maintenance.forget(tenant, stands)
        return None if is_forgotten else await self.store.manifest(tenant, archived.doc_id)

    async def _again(self, line: DocumentLine, archived: Manifest, stands: Manifest) -> Imported:
        """Complete the version that is archived, if some of it is missing where it stands."""
        if not _is_same_version(stands, archived):
            return Imported(status=ImportStatus.NEWER)
        is_same_set = (
            stands.pipeline == archived.pipeline
            and self._is_made_here(stands)
            and stands.content_sha256 == archived.content_sha256
        )
        if line.chunks is None or not is_same_set or await self._is_whole(line, stands):
            return Imported(status=ImportStatus.ALREADY_THERE)
        embedded = 0
        if _has_vectors(line):
            await self._write(line, stands)
        elif stands.pipeline != self._pipeline(stands):
            return Imported(
                status=ImportStatus.ALREADY_THERE
            )  # its type was changed after it was cut
        else:
            writer = await self.open_writer()
            embedded = await writer.complete(line.tenant, stands, await self._cut(line, stands))
        done = Imported(status=ImportStatus.COMPLETED, chunks=stands.chunk_count, embedded=embedded)
        return await self._flipped(line.tenant, stands, done)

    async def _is_whole(self, line: DocumentLine, stands: Manifest) -> bool:
        chunks, pairs = await counted_set(self.store, line.tenant, stands)
        if chunks < stands.chunk_count or pairs < stands.pair_count:
            return False
        stored = await self.store.stored_vectors(line.tenant, stands.doc_id)
        embedded = sum(each.generation == stands.generation for each in stored)
        return embedded >= sum(has_words(chunk.text) for chunk, _ in _stored(line))

    async def _as_it_was(self, line: DocumentLine, archived: Manifest) -> Imported:
        manifest = self._in_a_set_of_its_own(archived)
        await self._write(line, manifest)
        if stands := await count_back(self.store, line.tenant, manifest):
            return await self._overtaken(line.tenant, manifest, stands)
        done = Imported(status=ImportStatus.IMPORTED, chunks=manifest.chunk_count)
        return await self._flipped(line.tenant, manifest, done)

    async def _write(self, line: DocumentLine, manifest: Manifest) -> None:
        """Write the archived chunks and pairs as the set that `manifest` names."""
        generation = str(manifest.generation)
        sequence = generation_sequence(generation)
        archived = _stored(line)
        for start in range(0, len(archived), _BATCH):
            part = archived[start : start + _BATCH]
            chunks = [replace(each, generation=generation, sequence=sequence) for each, _ in part]
            vectors = [vector for _, vector in part]
            await self.store.write_chunks(line.tenant, manifest, chunks, vectors=vectors)

    async def _anew(self, line: DocumentLine, archived: Manifest) -> Imported:
        writer = await self.open_writer()
        passages = await self._cut(line, archived)
        manifest = replace(self._in_a_set_of_its_own(archived), pipeline=self._pipeline(archived))
        written = await writer.write(line.tenant, manifest, passages, previous_generation=None)
        if written.superseded_by is not None:
            return await self._overtaken(line.tenant, manifest, written.superseded_by)
        manifest = replace(
            manifest,
            chunk_count=written.chunks,
            pair_count=written.pairs,
            token_count=written.tokens,
        )
        done = Imported(
            status=ImportStatus.IMPORTED, chunks=written.chunks, embedded=written.embedded
        )
        return await self._flipped(line.tenant, manifest, done)

    async def _cut(self, line: DocumentLine, manifest: Manifest) -> list[Passage]:
        document = Document(
            doc_id=manifest.doc_id,
            text=line.text,
            fields=manifest.fields,
            origin=manifest.origin,
            layout=line.document_layout(),
        )
        return await self.cutter.cut(document)

    def _pipeline(self, manifest: Manifest) -> Pipeline:
        """Name what makes this document anew: its text stays whatever once read it from a file."""
        named = self.cutter.named(self.pipeline, manifest.fields)
        return replace(named, extractor=manifest.pipeline.extractor)

    def _is_made_here(self, manifest: Manifest) -> bool:
        """Whether this service cuts and embeds as it was done, for its type or an earlier one."""
        made = manifest.pipeline
        chunkers = self.cutter.names(self.pipeline)
        return made.model == self.pipeline.model and made.chunker in chunkers

    def _in_a_set_of_its_own(self, archived: Manifest) -> Manifest:
        """Number the attempt by its time: by its old place a sweep would take the set for dead.

        An attempt that was cut off may have been made by another pipeline: its set is not this one.
        """
        generation = generation_name(archived.sequence, microseconds(self.now()))
        return replace(archived, generation=generation)

    async def _flipped(self, tenant: str, manifest: Manifest, done: Imported) -> Imported:
        stands = await self.store.flip(tenant, manifest)
        if stands.generation != manifest.generation:
            return await self._overtaken(tenant, manifest, stands)
        await self.store.sweep(tenant, stands)
        return done

    async def _overtaken(self, tenant: str, manifest: Manifest, stands: Manifest) -> Imported:
        await self.store.sweep(tenant, stands)
        is_same = _is_same_version(stands, manifest)  # by another import of the same archive
        return Imported(status=ImportStatus.ALREADY_THERE if is_same else ImportStatus.NEWER)


def _is_same_version(stands: Manifest, archived: Manifest) -> bool:
    return not stands.is_tombstone and stands.version == archived.version


def _has_vectors(line: DocumentLine) -> bool:
    """Whether all that can be found by meaning can be so without embedding anything."""
    if line.chunks is None:
        return False
    return all(vector is not None or not has_words(chunk.text) for chunk, vector in _stored(line))


def _stored(line: DocumentLine) -> list[tuple[Chunk, Vector | None]]:
    """Return the archived chunks, then the pairs, each with its vector."""
    stored = (line.stored_chunks(), line.stored_pairs())
    return [each for chunks, vectors in stored for each in zip(chunks, vectors, strict=True)]
