"""The real use cases over the real embedded store, with a quick chunker and a quick embedder."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.domain.documents import Document
from netgpt_docs_service.embedding.interface import (
    EmbeddedTexts,
    Embedder,
    ModelFingerprint,
    TextKind,
)
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.usecases.assembly import assemble
from netgpt_docs_service.usecases.services import Services
from tests.support.fakes import FINGERPRINT, HashEmbedder, ParagraphChunker
from tests.support.services import healthy, ports_over, roomy_store

TENANT = "acme"
_LETTERS = "abcdefghijkl"


@dataclass(frozen=True, slots=True)
class WideEmbedder:
    """Vectors as long as a real model's; equal inputs are equal, others nearly orthogonal."""

    dimension: int = 384
    max_tokens: int = 512

    @property
    def fingerprint(self) -> ModelFingerprint:
        return replace(FINGERPRINT, dimension=self.dimension)

    async def embed_query(self, text: str) -> Vector:
        return self.vector(text)

    async def embed_texts(self, texts: Sequence[str], *, kind: TextKind) -> EmbeddedTexts:
        del kind
        vectors = [self.vector(text) for text in texts]
        return EmbeddedTexts(vectors=vectors, tokens=sum(len(text.split()) for text in texts))

    async def embed_passages(self, passages: Sequence[Sequence[int]]) -> list[Vector]:
        return [self.vector(str(tuple(passage))) for passage in passages]

    def vector(self, name: str) -> Vector:
        seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        values = np.random.default_rng(seed).standard_normal(self.dimension)
        unit: list[float] = (values / np.linalg.norm(values)).tolist()
        return unit


def wide_document(number: int, *, chunks: int = 100) -> Document:
    """Return a document of paragraphs of 60 words, which all have vectors of their own."""
    lengths = np.random.default_rng(number).integers(2, 12, (chunks, 60))
    paragraphs = [" ".join(_LETTERS[:length] for length in row) for row in lengths]
    return Document(doc_id=f"doc-{number}", text="\n\n".join(paragraphs))


@dataclass(frozen=True, slots=True)
class QuickService:
    """The use cases of one process, and the store under them."""

    use_cases: Services
    maintenance: PointMaintenance
    engine: EdgeProcess

    async def sets(self) -> dict[str, set[str]]:
        """Return the generations of every document that have chunks in the store."""
        found: dict[str, set[str]] = {}
        async for each in self.maintenance.generation_sets():
            found.setdefault(each.doc_id, set()).add(each.generation)
        return found


@asynccontextmanager
async def opened_quick_service(
    folder: Path,
    *,
    embedder: Embedder | None = None,
    around: Callable[[EdgeProcess], Any] | None = None,
) -> AsyncIterator[QuickService]:
    """Open the store in `folder`; `around` may put something between the engine and the store."""
    embedder = embedder or HashEmbedder()
    async with opened_collection(folder, embedder.dimension, description={}) as engine:
        maintenance = PointMaintenance(engine)
        ports = ports_over(engine, chunker=ParagraphChunker(), embedder=embedder)
        if around is not None:
            ports = replace(ports, store=roomy_store(around(engine)))
        services = assemble(ports, ingest_deadline_s=600.0, health=healthy(maintenance))
        yield QuickService(services, maintenance, engine)
