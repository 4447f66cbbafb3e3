from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import pytest_asyncio

from netgpt_docs_service.domain.chunks import Chunk, StoredVector, Vector, generation_name
from netgpt_docs_service.domain.documents import DocumentFields, Manifest
from netgpt_docs_service.domain.search import Candidate, CandidateQuery, ResolvedChunk, SearchMode
from netgpt_docs_service.store.disk_room import DiskRoom
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.interface import DocumentStore, ManifestQuery, StoreMaintenance
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.store.point_store import PointStore
from tests.support.filter_documents import FILTERABLE
from tests.support.qdrant_address import QdrantAddress, qdrant_to_test
from tests.support.server_collection import server_collection

DIMENSION = 8
NOW = datetime(2026, 5, 1, 12, 30, 0, 123456, tzinfo=UTC)
NO_FIELDS = DocumentFields()


class Disk:
    """A disk whose free space a test decides."""

    def __init__(self) -> None:
        self.free_bytes = 1 << 40

    def __call__(self) -> int:
        return self.free_bytes


@dataclass(frozen=True)
class Stores:
    """Both ports of one adapter, and the disk under it."""

    documents: DocumentStore
    maintenance: StoreMaintenance
    disk: Disk


class Author:
    """Writes and reads documents of one tenant through the port, as the use cases do."""

    def __init__(self, store: DocumentStore, tenant: str) -> None:
        self.store = store
        self.tenant = tenant
        self._rng = np.random.default_rng(5)

    def manifest(
        self, doc_id: str = "doc", *, sequence: int = 10, fields: DocumentFields = NO_FIELDS
    ) -> Manifest:
        return Manifest(
            doc_id=doc_id,
            sequence=sequence,
            generation=generation_name(sequence, 1),
            version=sequence,
            fields=fields,
            chunk_count=1,
            created_at=NOW,
            updated_at=NOW,
        )

    def tombstone(self, doc_id: str = "doc", *, sequence: int = 20) -> Manifest:
        return Manifest(
            doc_id=doc_id,
            sequence=sequence,
            generation=None,
            version=sequence,
            created_at=NOW,
            updated_at=NOW,
        )

    def chunks(self, manifest: Manifest, texts: Sequence[str] = ("text",)) -> list[Chunk]:
        return [
            Chunk(
                doc_id=manifest.doc_id,
                generation=manifest.generation or "",
                sequence=manifest.sequence,
                index=index,
                text=text,
                chunk_hash=f"hash of {text}",
                char_start=0,
                char_end=len(text),
                token_count=3,
            )
            for index, text in enumerate(texts)
        ]

    def vector(self) -> list[float]:
        vector = self._rng.standard_normal(DIMENSION)
        unit: list[float] = (vector / np.linalg.norm(vector)).tolist()
        return unit

    async def write(self, manifest: Manifest, texts: Sequence[str] = ("text",)) -> list[Vector]:
        vectors: list[Vector] = [self.vector() for _ in texts]
        chunks = self.chunks(manifest, texts)
        await self.store.write_chunks(self.tenant, manifest, chunks, vectors=vectors)
        return vectors

    async def publish(
        self,
        doc_id: str = "doc",
        *,
        sequence: int = 10,
        texts: Sequence[str] = ("text",),
        fields: DocumentFields = NO_FIELDS,
    ) -> Manifest:
        manifest = self.manifest(doc_id, sequence=sequence, fields=fields)
        manifest = replace(manifest, chunk_count=len(texts))
        await self.write(manifest, texts)
        return await self.store.flip(self.tenant, manifest)

    def query(
        self,
        text: str = "text",
        *,
        vector: Vector | None = None,
        mode: SearchMode = SearchMode.HYBRID,
        limit: int = 100,
        now: datetime = NOW,
    ) -> CandidateQuery:
        asked = self.vector() if vector is None else vector
        return CandidateQuery(text=text, vector=asked, mode=mode, limit=limit, now=now)

    async def candidates(
        self,
        text: str = "text",
        *,
        vector: Vector | None = None,
        mode: SearchMode = SearchMode.HYBRID,
        limit: int = 100,
        now: datetime = NOW,
    ) -> list[Candidate]:
        query = self.query(text, vector=vector, mode=mode, limit=limit, now=now)
        return await self.store.candidates(self.tenant, query)

    async def resolved(self, candidates: Sequence[Candidate]) -> list[ResolvedChunk]:
        ids = [candidate.chunk_id for candidate in candidates]
        return await self.store.resolve(self.tenant, ids)

    async def everything(self) -> list[tuple[Manifest, list[Chunk], list[StoredVector]]]:
        """Return all that the tenant has: each document, its chunks, and every vector of it."""
        page = await self.store.manifests(self.tenant, ManifestQuery(now=NOW, limit=1_000))
        return [
            (
                each,
                await self.store.chunks(self.tenant, each),
                await self.store.stored_vectors(self.tenant, each.doc_id),
            )
            for each in page.entries
        ]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def qdrant(quick_parent: Path) -> AsyncIterator[QdrantAddress]:
    """The Qdrant that the server adapter is tested on, for the whole session."""
    with TemporaryDirectory(dir=quick_parent) as folder:
        async with qdrant_to_test(Path(folder)) as address:
            yield address


@asynccontextmanager
async def edge_stores(folder: Path) -> AsyncIterator[Stores]:
    disk = Disk()
    opened = opened_collection(
        folder, DIMENSION, description={"model": "test"}, filterable=FILTERABLE
    )
    async with opened as process:
        store = PointStore(process, require_room=DiskRoom(disk, 1 << 20).require)
        yield Stores(store, PointMaintenance(process), disk)


@asynccontextmanager
async def server_stores(address: QdrantAddress) -> AsyncIterator[Stores]:
    disk = Disk()
    opened = server_collection(
        address, DIMENSION, filterable=FILTERABLE, is_full=lambda: disk.free_bytes == 0
    )
    async with opened as engine:
        yield Stores(PointStore(engine), PointMaintenance(engine), disk)


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["edge", "server"])
async def stores(
    request: pytest.FixtureRequest, quick_parent: Path, qdrant: QdrantAddress
) -> AsyncIterator[Stores]:
    """Each adapter in turn."""
    with TemporaryDirectory(dir=quick_parent) as folder:
        is_edge = request.param == "edge"
        opened = edge_stores(Path(folder)) if is_edge else server_stores(qdrant)
        async with opened as stores:
            yield stores


@pytest.fixture
def store(stores: Stores) -> DocumentStore:
    return stores.documents


@pytest.fixture
def full_disk(stores: Stores) -> Iterator[None]:
    stores.disk.free_bytes = 0
    yield
    stores.disk.free_bytes = 1 << 40


@pytest.fixture(scope="session")
def tenant_numbers() -> Iterator[int]:
    return count()


@pytest.fixture
def tenant(tenant_numbers: Iterator[int]) -> str:
    """A tenant of this test alone, so that one store serves all tests."""
    return f"tenant-{next(tenant_numbers)}"


@pytest.fixture
def stranger(tenant_numbers: Iterator[int]) -> str:
    return f"tenant-{next(tenant_numbers)}"


@pytest.fixture
def author(store: DocumentStore, tenant: str) -> Author:
    return Author(store, tenant)


@pytest.fixture
def other(store: DocumentStore, stranger: str) -> Author:
    """An author of another tenant, in the same store."""
    return Author(store, stranger)
