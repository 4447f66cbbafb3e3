"""The store as the settings ask for it: which engine keeps the points, and what it needs."""

from __future__ import annotations

import logging
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.collection_description import Description
from netgpt_docs_service.store.data_directory import DataDirectory, owner_address
from netgpt_docs_service.store.disk_room import DiskRoom
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.store.point_store import PointStore
from netgpt_docs_service.store.server_client import ServerAccess
from netgpt_docs_service.store.server_engine import consistency_of
from netgpt_docs_service.store.server_replicas import ReplicaWish
from netgpt_docs_service.store.server_store import (
    CollectionWish,
    examined_server,
    opened_server,
)
from netgpt_docs_service.store.store_observer import StoreObserver

__all__ = ["OpenedStore", "describe_server", "opened_store", "owner_address"]

_LOG = logging.getLogger(__name__)
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
) -> AsyncIterator[OpenedStore]:
    """Open the embedded store in the data directory, or without one that of QDRANT_URL."""
    if directory is None:
        access = _server_access(settings)
        wish = _collection_wish(settings, dimension, description)
        async with opened_server(access, wish, observer=observer) as server:
            yield OpenedStore(
                PointStore(server), PointMaintenance(server), is_open=lambda: server.is_open
            )
        return
    disk = DiskRoom(
        partial(_free_bytes, settings.data_dir), min_free_bytes=settings.min_free_disk_mb * _MIB
    )
    folder = directory.collection(settings.collection_name)
    async with opened_collection(folder, dimension, description=description) as engine:
        yield OpenedStore(
            PointStore(engine, require_room=disk.require, is_sole_writer=True),
            PointMaintenance(engine),
            disk,
        )


async def describe_server(settings: Settings) -> str:
    """Say which server QDRANT_URL names; raises what opening the store there would."""
    return await examined_server(_server_access(settings), settings.collection_name)


def _server_access(settings: Settings) -> ServerAccess:
    """Return where the server of QDRANT_URL is and how to get in."""
    access = ServerAccess(
        url=settings.qdrant_url or "",
        api_key=settings.qdrant_key(),
        allows_unauthenticated=settings.qdrant_allow_unauthenticated,
        timeout_s=settings.qdrant_timeout_s,
    )
    if access.api_key is not None and access.is_readable_on_the_way:
        _LOG.warning("QDRANT_API_KEY crosses the network in clear text: use https in QDRANT_URL")
    return access


def _collection_wish(
    settings: Settings, dimension: int, description: Description
) -> CollectionWish:
    return CollectionWish(
        name=settings.collection_name,
        dimension=dimension,
        description=description,
        replicas=ReplicaWish(
            shards=settings.qdrant_shards,
            replication=settings.qdrant_replication,
            write_consistency=settings.qdrant_write_consistency,
        ),
        consistency=consistency_of(settings.qdrant_read_consistency),
    )


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
