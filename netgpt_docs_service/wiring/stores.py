"""The store as the settings ask for it: which engine keeps the points, and what it needs."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.data_directory import DataDirectory, owner_address
from netgpt_docs_service.store.disk_room import DiskRoom
from netgpt_docs_service.store.edge_collection import Description, opened_collection
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.store.point_store import PointStore

__all__ = ["OpenedStore", "opened_store", "owner_address"]

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class OpenedStore:
    """Both ports of the store, and the disk that it needs."""

    documents: PointStore
    maintenance: PointMaintenance
    disk: DiskRoom


@asynccontextmanager
async def opened_store(
    settings: Settings, directory: DataDirectory, dimension: int, *, description: Description
) -> AsyncIterator[OpenedStore]:
    """Open the embedded store in the data directory."""
    disk = DiskRoom(
        partial(_free_bytes, settings.data_dir), min_free_bytes=settings.min_free_disk_mb * _MIB
    )
    folder = directory.collection(settings.collection_name)
    collection = opened_collection(
        folder, dimension, description=description, filterable=settings.filterable_types()
    )
    async with collection as engine:
        yield OpenedStore(
            PointStore(engine, require_room=disk.require, is_sole_writer=True),
            PointMaintenance(engine),
            disk,
        )


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
