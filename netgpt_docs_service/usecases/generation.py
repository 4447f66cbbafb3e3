"""Write one generation of a document: reuse the vectors it already has, embed the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import (
    Chunk,
    Passage,
    StoredVector,
    Vector,
    generation_sequence,
)
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.embedding.interface import Embedder
from netgpt_docs_service.errors import StoreUnavailable
from netgpt_docs_service.store.interface import DocumentStore

_Item = TypeVar("_Item")

_BATCH = 32
"""Passages embedded and written in one go: some seconds of CPU, after which a write that was
overtaken stops. What a crash or a deadline cuts off is at most this much work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSet:
    """What writing a generation came to; `superseded_by` is the newer manifest that stopped it."""

    chunks: int = 0
    pairs: int = 0
    embedded: int = 0
    reused: int = 0
    deleted: int = 0
    tokens: int = 0
    superseded_by: Manifest | None = None


@dataclass(frozen=True, slots=True)
class GenerationWriter:
    """Put a generation into the store, unseen by readers until its manifest flips."""

    store: DocumentStore
    embedder: Embedder

    async def write(
        self,
        tenant: str,
        manifest: Manifest,
        passages: Sequence[Passage],
        *,
        previous_generation: str | None,
    ) -> WrittenSet:
        """Write `passages` as `manifest`'s generation, counted back; stop when overtaken.

        Vectors are taken by what they embed from any set of chunks the document has, so a second
        attempt goes on where the first one died. Raises StoreUnavailable when fewer chunks can be
        counted than were written.
        """
        stored = await self.store.stored_vectors(tenant, manifest.doc_id)
        known: dict[str, Vector] = {each.chunk_hash: each.vector for each in stored}
        embedded = 0
        for batch in _batches(passages, _BATCH):
            if stands := await _newer(self.store, tenant, manifest):
                return WrittenSet(superseded_by=stands)
            embedded += await self._embed_missing(batch, known)
            await self._store(tenant, manifest, batch, known)
        chunks = [each for each in passages if each.kind is ChunkKind.CHUNK]
        pairs = len(passages) - len(chunks)
        counted = replace(manifest, chunk_count=len(chunks), pair_count=pairs)
        if stands := await count_back(self.store, tenant, counted):
            return WrittenSet(superseded_by=stands)
        findable = sum(1 for passage in passages if passage.token_ids)
        return WrittenSet(
            chunks=len(chunks),
            pairs=pairs,
            embedded=embedded,
            reused=findable - embedded,
            deleted=_count_gone(stored, previous_generation, passages),
            tokens=sum(chunk.token_count for chunk in chunks),
        )

    async def copy(self, tenant: str, manifest: Manifest, chunks: Sequence[Chunk]) -> bool:
        """Write all of another generation again as `manifest`'s, every vector reused.

        Returns whether all of it stands: not when a newer write overtook this one.
        """
        stored = await self.store.stored_vectors(tenant, manifest.doc_id)
        known = {each.chunk_hash: each.vector for each in stored}
        generation = str(manifest.generation)
        for batch in _batches(chunks, _BATCH):
            copies = [
                replace(chunk, generation=generation, sequence=manifest.sequence) for chunk in batch
            ]
            vectors = [known.get(chunk.chunk_hash) for chunk in copies]
            await self.store.write_chunks(tenant, manifest, copies, vectors=vectors)
        return await count_back(self.store, tenant, manifest) is None

    async def complete(self, tenant: str, manifest: Manifest, passages: Sequence[Passage]) -> int:
        """Write the set that `manifest` names again, and return how many passages were embedded."""
        stored = await self.store.stored_vectors(tenant, manifest.doc_id)
        known: dict[str, Vector] = {each.chunk_hash: each.vector for each in stored}
        made_it = replace(manifest, sequence=generation_sequence(str(manifest.generation)))
        embedded = 0
        for batch in _batches(passages, _BATCH):
            embedded += await self._embed_missing(batch, known)
            await self._store(tenant, made_it, batch, known)
        return embedded

    async def _embed_missing(self, batch: Sequence[Passage], known: dict[str, Vector]) -> int:
        missing = {
            passage.chunk_hash: passage.token_ids
            for passage in batch
            if passage.token_ids and passage.chunk_hash not in known
        }
        if not missing:
            return 0
        vectors = await self.embedder.embed_passages(list(missing.values()))
        known.update(zip(missing, vectors, strict=True))
        return len(missing)

    async def _store(
        self,
        tenant: str,
        manifest: Manifest,
        batch: Sequence[Passage],
        known: dict[str, Vector],
    ) -> None:
        chunks = [_chunk(manifest, passage) for passage in batch]
        vectors = [known[each.chunk_hash] if each.token_ids else None for each in batch]
        await self.store.write_chunks(tenant, manifest, chunks, vectors=vectors)


async def count_back(store: DocumentStore, tenant: str, manifest: Manifest) -> Manifest | None:
    """Return the newer manifest whose sweep took chunks away, None when all are there.

    Raises StoreUnavailable when fewer or more can be counted than `manifest` says, and none is
    newer.
    """
    counted = await counted_set(store, tenant, manifest)
    if counted == (manifest.chunk_count, manifest.pair_count):
        return None
    if stands := await _newer(store, tenant, manifest):
        return stands
    chunks, pairs = counted
    message = (
        f"document {manifest.doc_id!r}: {chunks} of {manifest.chunk_count} chunks and {pairs} of "
        f"{manifest.pair_count} pairs were found after writing them; nothing was made visible"
    )
    raise StoreUnavailable(message)


async def counted_set(store: DocumentStore, tenant: str, manifest: Manifest) -> tuple[int, int]:
    """Count the stored chunks and pairs of `manifest`'s generation."""
    name = (tenant, manifest.doc_id, str(manifest.generation))
    return await store.count_chunks(*name), await store.count_pairs(*name)


async def _newer(store: DocumentStore, tenant: str, manifest: Manifest) -> Manifest | None:
    stands = await store.manifest(tenant, manifest.doc_id)
    is_newer = stands is not None and stands.sequence >= manifest.sequence
    return stands if is_newer else None


def _chunk(manifest: Manifest, passage: Passage) -> Chunk:
    return Chunk(
        doc_id=manifest.doc_id,
        generation=str(manifest.generation),
        sequence=manifest.sequence,
        index=passage.index,
        text=passage.text,
        chunk_hash=passage.chunk_hash,
        char_start=passage.char_start,
        char_end=passage.char_end,
        token_count=passage.token_count,
        heading_path=passage.heading_path,
        page_start=passage.page_start,
        page_end=passage.page_end,
        kind=passage.kind,
        speech=passage.speech,
        in_chunk=passage.in_chunk,
        layout=passage.layout,
    )


def _count_gone(
    stored: Sequence[StoredVector], previous: str | None, passages: Sequence[Passage]
) -> int:
    before = Counter(each.chunk_hash for each in stored if each.generation == previous)
    return (before - Counter(passage.chunk_hash for passage in passages)).total()


def _batches(items: Sequence[_Item], size: int) -> Iterator[list[_Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
