"""Read every document whole, for an archive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from netgpt_docs_service.domain.chunks import Chunk, Vector
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.layout_parts import joined
from netgpt_docs_service.errors import DocumentDamaged, InvalidInput
from netgpt_docs_service.store.interface import DocumentStore, ManifestEntry, StoreMaintenance
from netgpt_docs_service.usecases.archive import check_document
from netgpt_docs_service.usecases.archive_lines import (
    DocumentLine,
    LayoutLine,
    ManifestLine,
    SkippedLine,
    first_fault,
)
from netgpt_docs_service.usecases.chunk_lines import ChunkLine
from netgpt_docs_service.usecases.verify import Examined, examine

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class ExportDocuments:
    """Walk the documents that exist and have not expired, each as one whole version."""

    store: DocumentStore
    maintenance: StoreMaintenance
    now: Callable[[], datetime]

    async def documents(
        self, *, tenant: str | None = None, with_vectors: bool = False, after: str | None = None
    ) -> AsyncIterator[DocumentLine | SkippedLine]:
        """Walk documents of all tenants or of one by their manifests' point ids, above `after`.

        One that is written meanwhile comes as it was before or after; one that is damaged is
        answered as such, and the walk goes on.
        """
        async for entry in self.maintenance.manifests(tenant=tenant, after=after):
            found = await self._document(entry, with_vectors=with_vectors)
            if found is not None:
                yield found

    async def most_documents(self) -> int:
        """Count the manifests of all tenants: no walk comes to more documents."""
        return (await self.maintenance.totals()).documents

    async def _document(
        self, entry: ManifestEntry, *, with_vectors: bool
    ) -> DocumentLine | SkippedLine | None:
        tenant, manifest = entry.tenant, entry.manifest
        reason = entry.problem or ""
        for _ in range(_ATTEMPTS):
            if manifest is None:
                return _skipped(entry, reason)
            if not manifest.is_readable(self.now()):
                return None
            try:
                examined = await examine(self.store, tenant, manifest)
                vectors = await self._vectors(tenant, manifest) if with_vectors else None
                stands = await self.store.manifest(tenant, manifest.doc_id)
            except DocumentDamaged as error:
                return _skipped(entry, error.message)
            if stands is None:
                return None
            if stands.generation == manifest.generation:
                return _line(entry, stands, examined, vectors)
            manifest = stands
        return _skipped(entry, "it kept changing while it was read")

    async def _vectors(self, tenant: str, manifest: Manifest) -> dict[str, Vector]:
        stored = await self.store.stored_vectors(tenant, manifest.doc_id)
        return {
            each.chunk_hash: each.vector
            for each in stored
            if each.generation == manifest.generation
        }


def _line(
    entry: ManifestEntry, manifest: Manifest, examined: Examined, vectors: dict[str, Vector] | None
) -> DocumentLine | SkippedLine:
    text, chunks = examined.text, examined.chunks
    if not examined.verification.is_whole or not _lie_where_they_say(chunks, text):
        return _skipped(entry, "its chunks are not what its manifest says")
    try:
        line = DocumentLine(
            tenant=entry.tenant,
            manifest=ManifestLine.of(manifest),
            text=text,
            layout=LayoutLine.of(joined(chunk.layout for chunk in chunks)),
            chunks=_lines(chunks, vectors),
            pairs=_lines(examined.pairs, vectors) if examined.pairs else None,
        )
        check_document(line)  # one that no import takes would end the import of all that follow
    except ValidationError as error:
        return _skipped(entry, first_fault(error))
    except (InvalidInput, ValueError) as error:
        return _skipped(entry, str(error))
    return line


def _lines(chunks: list[Chunk], vectors: dict[str, Vector] | None) -> list[ChunkLine] | None:
    if vectors is None:
        return None
    return [ChunkLine.of(chunk, vectors.get(chunk.chunk_hash)) for chunk in chunks]


def _skipped(entry: ManifestEntry, reason: str) -> SkippedLine:
    return SkippedLine(
        point_id=entry.point_id, tenant=entry.tenant, doc_id=entry.doc_id, reason=reason
    )


def _lie_where_they_say(chunks: list[Chunk], text: str) -> bool:
    return all(text[chunk.char_start : chunk.char_end] == chunk.text for chunk in chunks)
