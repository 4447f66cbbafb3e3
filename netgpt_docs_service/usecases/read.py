"""Read documents: their manifests, chunks and text, always of one whole version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.filters import Filter
from netgpt_docs_service.errors import InvalidInput, NotFound, StoreUnavailable
from netgpt_docs_service.store.interface import DocumentStore, ManifestPage, ManifestQuery
from netgpt_docs_service.usecases.verify import Verification, examine, rebuilt_text

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class TextSlice:
    """Part of a document's text: `text == document_text[char_start:char_end]`."""

    manifest: Manifest
    char_start: int
    char_end: int
    text: str


@dataclass(frozen=True, slots=True)
class ReadDocuments:
    """Answer what is stored about documents; one that expired is not there."""

    store: DocumentStore
    now: Callable[[], datetime]

    async def page(
        self, tenant: str, *, condition: Filter | None, limit: int, cursor: str | None
    ) -> ManifestPage:
        """Return one page of the tenant's documents."""
        query = ManifestQuery(now=self.now(), limit=limit, cursor=cursor, filter=condition)
        return await self.store.manifests(tenant, query)

    async def manifest(self, tenant: str, doc_id: str) -> Manifest:
        """Return the document's manifest; NotFound when there is none."""
        manifest = await self.store.manifest(tenant, doc_id)
        if manifest is None or not manifest.is_readable(self.now()):
            message = f"document {doc_id!r} does not exist"
            raise NotFound(message)
        return manifest

    async def chunks(
        self, tenant: str, doc_id: str, *, first: int = 0, limit: int | None = None
    ) -> tuple[Manifest, list[Chunk]]:
        """Return the document's chunks in order, all of one version."""
        for _ in range(_ATTEMPTS):
            manifest = await self.manifest(tenant, doc_id)
            chunks = await self.store.chunks(tenant, manifest, first=first, limit=limit)
            rest = max(0, manifest.chunk_count - first)
            if len(chunks) == (rest if limit is None else min(rest, limit)):
                return manifest, chunks
        raise _kept_changing(doc_id)

    async def text(
        self, tenant: str, doc_id: str, *, start: int = 0, end: int | None = None
    ) -> TextSlice:
        """Return `document_text[start:end]`; InvalidInput when the range is not inside it."""
        manifest, chunks = await self.chunks(tenant, doc_id)
        end = manifest.char_count if end is None else end
        if not 0 <= start <= end <= manifest.char_count:
            message = (
                f"start {start} and end {end} are not a range inside the document's "
                f"{manifest.char_count} characters"
            )
            raise InvalidInput(message, pointer="/start")
        return TextSlice(manifest, start, end, rebuilt_text(chunks)[start:end])

    async def verify(self, tenant: str, doc_id: str) -> Verification:
        """Count the document's chunks again and compare its text with the manifest's hash."""
        for _ in range(_ATTEMPTS):
            manifest = await self.manifest(tenant, doc_id)
            examined = await examine(self.store, tenant, manifest)
            if (await self.manifest(tenant, doc_id)).generation == manifest.generation:
                return examined.verification
        raise _kept_changing(doc_id)


def _kept_changing(doc_id: str) -> StoreUnavailable:
    message = f"document {doc_id!r} kept changing while it was read: try again"
    return StoreUnavailable(message)
