"""Calls of the document store that name what belongs to another tenant, one for every method."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from netgpt_docs_service.domain.chunks import Chunk, chunk_id
from netgpt_docs_service.domain.documents import Manifest, tombstone
from netgpt_docs_service.domain.filters import Comparison
from netgpt_docs_service.domain.search import CandidateQuery, SearchMode
from netgpt_docs_service.errors import ServiceError
from netgpt_docs_service.store.interface import DocumentStore, ManifestQuery

DIMENSION = 8
_VECTOR = [1.0] + [0.0] * (DIMENSION - 1)

Call: TypeAlias = Callable[[DocumentStore, str, "Thing"], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A document of `owner` with its chunks, and a cursor of a list that holds it."""

    owner: str
    manifest: Manifest
    chunks: list[Chunk]
    cursor: str
    now: datetime

    @property
    def chunk_ids(self) -> list[str]:
        return [
            chunk_id(self.owner, each.doc_id, each.generation, each.index) for each in self.chunks
        ]

    @property
    def later(self) -> int:
        return self.manifest.sequence + 1_000

    def newer(self, **changes: object) -> Manifest:
        return replace(self.manifest, sequence=self.manifest.sequence + 1, **changes)  # type: ignore[arg-type]  # fields of a manifest

    def deleted(self) -> Manifest:
        sequence = self.manifest.sequence + 1
        return tombstone(self.manifest.doc_id, sequence=sequence, created_at=self.now, now=self.now)


def _question(thing: Thing) -> CandidateQuery:
    return CandidateQuery(
        text=thing.chunks[0].text,
        vector=_VECTOR,
        mode=SearchMode.HYBRID,
        limit=100,
        now=thing.now,
        filter=Comparison("eq", "doc_id", thing.manifest.doc_id),
    )


def _stale_copy(store: DocumentStore, tenant: str, thing: Thing) -> Awaitable[object]:
    generation = thing.manifest.generation
    return store.flip(tenant, thing.newer(generation="99-1"), copied_generation=generation)


CALLS: Mapping[str, list[Call]] = {
    "manifest": [lambda store, tenant, thing: store.manifest(tenant, thing.manifest.doc_id)],
    "manifests": [
        lambda store, tenant, thing: store.manifests(
            tenant, ManifestQuery(now=thing.now, limit=10, cursor=thing.cursor)
        ),
        lambda store, tenant, thing: store.manifests(
            tenant, ManifestQuery(now=thing.now, limit=10, filter=_question(thing).filter)
        ),
    ],
    "pairs": [lambda store, tenant, thing: store.pairs(tenant, thing.manifest)],
    "count_pairs": [
        lambda store, tenant, thing: store.count_pairs(
            tenant, thing.manifest.doc_id, thing.manifest.generation or ""
        )
    ],
    "count_chunks": [
        lambda store, tenant, thing: store.count_chunks(
            tenant, thing.manifest.doc_id, thing.manifest.generation or ""
        )
    ],
    "stored_vectors": [
        lambda store, tenant, thing: store.stored_vectors(tenant, thing.manifest.doc_id)
    ],
    "copy_of": [
        lambda store, tenant, thing: store.copy_of(
            tenant, "mine", [thing.manifest.content_sha256], before=thing.later, now=thing.now
        ),
        lambda store, tenant, thing: store.copy_of(
            tenant, thing.manifest.doc_id, ["", "x"], before=thing.later, now=thing.now
        ),
    ],
    "chunks": [lambda store, tenant, thing: store.chunks(tenant, thing.manifest)],
    "candidates": [lambda store, tenant, thing: store.candidates(tenant, _question(thing))],
    "resolve": [lambda store, tenant, thing: store.resolve(tenant, thing.chunk_ids)],
    "fence": [lambda store, tenant, thing: store.fence(tenant, thing.manifest, 99)],
    "sweep": [
        lambda store, tenant, thing: store.sweep(tenant, thing.newer(generation=None)),
        lambda store, tenant, thing: store.sweep(tenant, thing.newer(generation="99-1")),
    ],
    "write_chunks": [
        lambda store, tenant, thing: store.write_chunks(
            tenant,
            thing.manifest,
            [replace(each, text="mine") for each in thing.chunks],
            vectors=[_VECTOR for _ in thing.chunks],
        )
    ],
    "flip": [
        _stale_copy,
        lambda store, tenant, thing: store.flip(tenant, thing.newer()),
        lambda store, tenant, thing: store.flip(tenant, thing.deleted()),
    ],
}


def store_methods() -> set[str]:
    """Return the names of all methods that a document store has."""
    return {
        name
        for name, member in vars(DocumentStore).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }


async def outcomes(store: DocumentStore, tenant: str, method: str, thing: Thing) -> list[str]:
    """Make every call of a method and tell what came of each, with the thing's name taken out."""
    told = []
    for call in CALLS[method]:
        try:
            outcome = repr(await call(store, tenant, thing))
        except ServiceError as error:
            outcome = f"{type(error).__name__}: {error}"
        told.append(outcome.replace(repr(thing.manifest.doc_id), "THE DOCUMENT"))
    return told
