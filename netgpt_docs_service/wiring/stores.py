"""The store as the settings ask for it: which engine keeps the points, and what it needs."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.collection_description import Description
from netgpt_docs_service.store.data_directory import DataDirectory, owner_address
from netgpt_docs_service.store.disk_room import DiskRoom
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.edge_collection import stored_description as edge_description
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.store.point_store import PointStore
from netgpt_docs_service.store.store_observer import StoreObserver
from netgpt_docs_service.wiring.store_use import StoreUse

__all__ = ["OpenedStore", "describe_server", "opened_store", "owner_address"]

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class OpenedStore:
    """Both ports of the store, the disk that it needs if it is ours, and whether it was reached."""

    documents: PointStore
    maintenance: PointMaintenance
    disk: DiskRoom | None = None
    is_open: Callable[[], bool] = lambda: True


@asynccontextmanager
async def opened_store(
    settings: Settings,
    directory: DataDirectory | None,
    dimension: int,
    *,
    description: Description,
    observer: StoreObserver,
    use: StoreUse = StoreUse.SERVE,
) -> AsyncIterator[OpenedStore]:
    """Open the embedded store in the data directory, or without one that of QDRANT_URL."""
    if directory is None:
        # The client takes 60 MB and a second to import: the embedded store does without.
        from netgpt_docs_service.wiring.servers import opened  # noqa: PLC0415  see above

        opening = opened(settings, dimension, description, observer=observer, use=use)
        async with opening as server:
            yield OpenedStore(
                PointStore(server), PointMaintenance(server), is_open=lambda: server.is_open
            )
        return
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


@contextmanager
def claimed_directory(settings: Settings, *, process: str) -> Iterator[DataDirectory | None]:
    """Own the data directory as `process`; None when a server keeps what we store.

    Raises DataDirectoryInUse when another process owns it.
    """
    if settings.qdrant_url:
        yield None
        return
    with DataDirectory.claim(settings.data_dir, process=process) as directory:
        yield directory


async def stored_description(settings: Settings, directory: DataDirectory | None) -> dict[str, Any]:
    """Return what the stored collection says it is made with, its dimension included.

    Raises ConfigurationError when nothing was ever stored.
    """
    if directory is not None:
        return edge_description(directory.existing_collection(settings.collection_name))
    from netgpt_docs_service.wiring.servers import description  # noqa: PLC0415  as above

    return await description(settings)


async def describe_server(settings: Settings) -> str:
    """Say which server QDRANT_URL names; raises what opening the store there would."""
    from netgpt_docs_service.wiring.servers import examine  # noqa: PLC0415  as above

    return await examine(settings)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
