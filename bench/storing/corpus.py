"""Documents of several tenants, made from one seed; nothing is read from a disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from netgpt_docs_service.domain.chunks import Chunk, Vector
from netgpt_docs_service.domain.documents import DocumentFields, Manifest
from netgpt_docs_service.domain.filters import Comparison
from netgpt_docs_service.domain.search import CandidateQuery, SearchMode

DIMENSION, CHUNKS_PER_DOCUMENT = 384, 5
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_WORDS_PER_CHUNK, _VOCABULARY = 200, 20_000
_CONTENT_WORDS = 3_000  # questions are made of the commoner words, without the 20 commonest
_FIRST_SEQUENCE = 1_700_000_000_000_000


class Written(NamedTuple):
    """A document with its chunks and their vectors, as an ingest writes it."""

    tenant: str
    manifest: Manifest
    chunks: list[Chunk]
    vectors: npt.NDArray[np.float32]


@dataclass
class Corpus:
    """Documents of five chunks of zipf words with clustered vectors; tenants take turns."""

    chunk_count: int
    tenant_count: int = 1
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def __post_init__(self) -> None:
        centers = self.rng.standard_normal((200, DIMENSION))
        members = centers[self.rng.integers(0, 200, self.chunk_count)]
        noise = self.rng.standard_normal((self.chunk_count, DIMENSION))
        self.vectors = unit(members + 0.8 * noise)
        weights = 1 / np.arange(1, _VOCABULARY + 1)
        self._word_weights = np.cumsum(weights / weights.sum())
        self.documents = list(self._documents())

    def tenant(self) -> str:
        """Return any of the tenants."""
        return f"tenant-{self.rng.integers(0, self.tenant_count)}"

    def query(self, condition: Comparison | None = None) -> CandidateQuery:
        """Return a hybrid question whose vector is near to that of some chunk."""
        near = self.vectors[self.rng.integers(0, self.chunk_count)]
        vector = unit(near + 0.05 * self.rng.standard_normal(DIMENSION))
        return CandidateQuery(
            text=" ".join(f"w{word}" for word in self.rng.integers(20, _CONTENT_WORDS, 8)),
            vector=vector.tolist(),
            mode=SearchMode.HYBRID,
            limit=100,
            now=NOW,
            filter=condition,
        )

    def nearest(
        self, tenant: str, vector: Vector | npt.NDArray[np.float32], count: int
    ) -> set[int]:
        """Return the numbers of the tenant's chunks that are nearest, by an exact scan."""
        of_document = np.arange(self.chunk_count) // CHUNKS_PER_DOCUMENT
        mine = np.flatnonzero(of_document % self.tenant_count == int(tenant.partition("-")[2]))
        best = np.argsort(-(self.vectors[mine] @ np.asarray(vector, dtype=np.float32)))[:count]
        return set(mine[best].tolist())

    def _text(self) -> str:
        drawn = self.rng.random(_WORDS_PER_CHUNK)
        return " ".join(f"w{word}" for word in np.searchsorted(self._word_weights, drawn))

    def _documents(self) -> Iterator[Written]:
        for number in range(self.chunk_count // CHUNKS_PER_DOCUMENT):
            manifest = _manifest(number, turn=number // self.tenant_count)
            first = number * CHUNKS_PER_DOCUMENT
            vectors = self.vectors[first : first + CHUNKS_PER_DOCUMENT]
            chunks = [_chunk(manifest, index, self._text()) for index in range(CHUNKS_PER_DOCUMENT)]
            yield Written(f"tenant-{number % self.tenant_count}", manifest, chunks, vectors)


def unit(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return the vectors with length one."""
    normed: npt.NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return normed.astype(np.float32)


def _manifest(number: int, *, turn: int) -> Manifest:
    sequence = _FIRST_SEQUENCE + number
    return Manifest(
        doc_id=f"doc-{number}",
        sequence=sequence,
        generation=f"{sequence}-1",
        version=sequence,
        fields=DocumentFields(
            title="A title",
            tags=(f"tag-{turn % 5}",),
            metadata={"team": f"team-{turn % 20}", "year": 2005 + turn % 20},
        ),
        chunk_count=CHUNKS_PER_DOCUMENT,
        created_at=NOW,
        updated_at=NOW,
    )


def _chunk(manifest: Manifest, index: int, text: str) -> Chunk:
    return Chunk(
        doc_id=manifest.doc_id,
        generation=manifest.generation or "",
        sequence=manifest.sequence,
        index=index,
        text=text,
        chunk_hash=f"{hash(text):x}",
        char_start=0,
        char_end=len(text),
        token_count=_WORDS_PER_CHUNK + 2,
        heading_path=("Part", "Section"),
    )
