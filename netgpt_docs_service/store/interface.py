"""The store: documents as manifests and generations of chunks, one tenant at a time.

Every method takes the tenant first and can only see that tenant's points. Work over all tenants
is a port of its own, `StoreMaintenance`, which only the sweeping use cases hold.

Every method raises StoreUnavailable when the engine does not answer; methods that write raise
InsufficientStorage, before they change anything, when the disk is nearly full.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import Chunk, StoredVector, Vector
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.filters import Filter
from netgpt_docs_service.domain.search import Candidate, CandidateQuery, ResolvedChunk


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestQuery:
    """Which documents to list; `cursor` is what the page before answered."""

    now: datetime
    limit: int
    cursor: str | None = None
    filter: Filter | None = None


@dataclass(frozen=True, slots=True)
class ManifestPage:
    """One page of documents; `total_count` counts all that match, on every page."""

    entries: list[Manifest]
    total_count: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class GenerationSet:
    """All chunks and pairs of one generation of one document, of whatever tenant."""

    tenant: str
    doc_id: str
    generation: str
    chunk_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """A manifest as a walk finds it: `manifest` is None when `problem` says why it is none."""

    point_id: str
    tenant: str
    doc_id: str
    manifest: Manifest | None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkEntry:
    """A chunk or pair as a walk finds it, without its text; `problem` says what of it is wrong.

    Where the names cannot be read, they are empty.
    """

    point_id: str
    tenant: str
    doc_id: str
    generation: str
    index: int
    problem: str | None = None
    kind: ChunkKind = ChunkKind.CHUNK


@dataclass(frozen=True, slots=True)
class StoreTotals:
    """What the store holds, over all tenants; tombstones and stale chunks included, and pairs.

    There are more `points` than documents and chunks only when some are neither.
    """

    points: int
    documents: int
    chunks: int


class DocumentStore(Protocol):
    """Keep documents of many tenants so that each sees only its own."""

    async def manifest(self, tenant: str, doc_id: str) -> Manifest | None:
        """Return the document's manifest, tombstones included; None when it was never written."""
        ...

    async def manifests(self, tenant: str, query: ManifestQuery) -> ManifestPage:
        """Return one page of documents that exist and have not expired, in a stable order.

        A document that exists during the whole walk appears on exactly one page.
        Raises InvalidInput for a cursor this store did not make.
        """
        ...

    async def write_chunks(
        self,
        tenant: str,
        manifest: Manifest,
        chunks: Sequence[Chunk],
        *,
        vectors: Sequence[Vector | None],
    ) -> None:
        """Store `chunks`, and pairs, of `manifest`'s generation with the fields of its document.

        Invisible to readers until the manifest is flipped. One vector for each chunk; None for a
        chunk that must never be found (white space only). Writing the same chunk again replaces it.
        """
        ...

    async def count_chunks(self, tenant: str, doc_id: str, generation: str) -> int:
        """Count the stored chunks of one generation, exactly."""
        ...

    async def count_pairs(self, tenant: str, doc_id: str, generation: str) -> int:
        """Count the stored pairs of one generation, exactly."""
        ...

    async def flip(
        self,
        tenant: str,
        manifest: Manifest,
        *,
        copied_generation: str | None = None,
        keeps_other_source: bool = False,
    ) -> Manifest:
        """Make `manifest` the document's truth if its sequence is the highest; return the truth.

        Compare-and-set: inserts when there is none, replaces one with a lower sequence, else does
        nothing. With `copied_generation` it also demands that this generation is still current and
        never inserts. With `keeps_other_source` a document made of other bytes than `manifest` is
        not replaced, unless it had expired when that was written. The answer is what stands
        afterwards, durable: compare it to learn who won. Chunks written before are durable before
        the flip is visible. Raises NotFound when it may not insert and there is nothing to replace.
        """
        ...

    async def fence(self, tenant: str, manifest: Manifest, sequence: int) -> Manifest | None:
        """Raise the document's sequence, pointer unchanged, and return what stands afterwards.

        Only if `manifest`'s generation is still current and its sequence is lower; else nothing
        changes. Older writes that are still running lose from then on.
        """
        ...

    async def sweep(self, tenant: str, manifest: Manifest) -> int:
        """Delete every set of chunks and pairs which `manifest` makes stale; return how many went.

        A set is stale when its sequence is not above the manifest's and it is not current. A set
        above may have a living writer and is never touched.
        """
        ...

    async def stored_vectors(self, tenant: str, doc_id: str) -> list[StoredVector]:
        """Return the vectors of every set of chunks this document has, current or not."""
        ...

    async def copy_of(
        self, tenant: str, doc_id: str, hashes: Collection[str], *, before: int, now: datetime
    ) -> str | None:
        """Return the id of another document whose content or source has one of these SHA-256.

        Of those whose version is below `before`; none that is deleted or has expired at `now`.
        """
        ...

    async def chunks(
        self, tenant: str, manifest: Manifest, *, first: int = 0, limit: int | None = None
    ) -> list[Chunk]:
        """Return the chunks of `manifest`'s generation by index, from `first`, at most `limit`.

        Fewer than asked for means that the generation is no longer whole: read the manifest again.
        """
        ...

    async def pairs(self, tenant: str, manifest: Manifest) -> list[Chunk]:
        """Return the pairs of `manifest`'s generation by index, as `chunks` does."""
        ...

    async def candidates(self, tenant: str, query: CandidateQuery) -> list[Candidate]:
        """Return the union of the best `query.limit` by cosine and by BM25, unordered.

        Chunks and pairs of any generation, except that one which this process writes and has not
        flipped yet may be left out; none that has expired. Every candidate carries its exact
        cosine, and unless the mode is dense its BM25 score, 0 for one outside the best by BM25:
        looking those up costs a third of the search and ranks no better. IDF is the tenant's own.

        Of each of `query.names` and `query.phrases` the best 64 by its own words are candidates,
        too, marked as such, and of the best 1,000 by the words of a phrase those 64 that have them
        side by side; one that only they found has the BM25 of those words.
        """
        ...

    async def resolve(self, tenant: str, chunk_ids: Sequence[str]) -> list[ResolvedChunk]:
        """Return chunks and pairs with their manifests, in the order asked; some may be gone."""
        ...


class StoreMaintenance(Protocol):
    """Look after the store as a whole: over all tenants, never on behalf of a caller.

    What is said of chunks holds for pairs, too. Walks go through small pages by point id: what is
    there during the whole walk is met once. What cannot be read is left out, except where it is
    said that it is reported.
    """

    def generation_sets(self) -> AsyncIterator[GenerationSet]:
        """Walk all sets of chunks there are; a set may be reported in parts."""
        ...

    def manifests(
        self, *, tenant: str | None = None, after: str | None = None
    ) -> AsyncIterator[ManifestEntry]:
        """Walk all manifests, tombstones included, from the point id above `after` on.

        Of all tenants, or of one; those that cannot be read, have a value that no write stores, or
        lie under a wrong id, too.
        """
        ...

    def chunk_pages(self, *, tenant: str | None = None) -> AsyncIterator[list[ChunkEntry]]:
        """Walk all chunks a page at a time, of all tenants or of one; unreadable ones, too."""
        ...

    async def manifests_of(
        self, documents: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], Manifest]:
        """Return the manifests of (tenant, doc_id) that there are and that can be read."""
        ...

    def unembedded(self) -> AsyncIterator[tuple[str, Chunk]]:
        """Walk (tenant, chunk) of chunks that have no vector."""
        ...

    def expired(self, at: datetime) -> AsyncIterator[tuple[str, Manifest]]:
        """Walk (tenant, manifest) of documents that expire at `at` or before."""
        ...

    def tombstones(self, before: datetime) -> AsyncIterator[tuple[str, Manifest]]:
        """Walk (tenant, manifest) of documents deleted before `before`."""
        ...

    async def forget(self, tenant: str, manifest: Manifest) -> bool:
        """Remove a tombstone if it is still exactly `manifest`; say whether it was."""
        ...

    async def totals(self) -> StoreTotals:
        """Count what is stored."""
        ...

    async def ping(self) -> None:
        """Return when the engine answers; raise StoreUnavailable when it does not."""
        ...
