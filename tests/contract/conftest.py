from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.edge_maintenance import EdgeMaintenance
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.store.edge_store import EdgeStore
from netgpt_docs_service.store.interface import DocumentStore, StoreMaintenance

DIMENSION = 8


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
    process: EdgeProcess


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["edge"])
async def stores(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stores]:
    folder: Path = tmp_path_factory.mktemp("edge")
    disk = Disk()
    async with opened_collection(folder, DIMENSION, description={"model": "test"}) as process:
        store = EdgeStore(process, free_bytes=disk, min_free_bytes=1 << 20)
        yield Stores(store, EdgeMaintenance(process), disk, process)


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
