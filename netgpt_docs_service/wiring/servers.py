"""The Qdrant server that the settings name, and the collection they ask it for."""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager
from typing import Any

from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.collection_description import Description
from netgpt_docs_service.store.server_client import ServerAccess
from netgpt_docs_service.store.server_replicas import ReplicaWish, consistency_of
from netgpt_docs_service.store.server_store import (
    CollectionWish,
    WaitingEngine,
    examined_server,
    found_description,
    opened_server,
)
from netgpt_docs_service.store.store_observer import StoreObserver

_LOG = logging.getLogger(__name__)


def opened(
    settings: Settings, dimension: int, description: Description, *, observer: StoreObserver
) -> AbstractAsyncContextManager[WaitingEngine]:
    """Open the collection on the server of QDRANT_URL."""
    wish = CollectionWish(
        name=settings.collection_name,
        dimension=dimension,
        description=description,
        filterable=settings.filterable_types(),
        replicas=ReplicaWish(
            shards=settings.qdrant_shards,
            replication=settings.qdrant_replication,
            write_consistency=settings.qdrant_write_consistency,
        ),
        consistency=consistency_of(settings.qdrant_read_consistency),
    )
    return opened_server(_access(settings), wish, observer=observer)


async def examine(settings: Settings) -> str:
    """Say which server QDRANT_URL names, changing nothing; raises what opening it would."""
    return await examined_server(_access(settings), settings.collection_name)


async def description(settings: Settings) -> dict[str, Any]:
    """Return what the collection on the server of QDRANT_URL is made with."""
    return await found_description(_access(settings), settings.collection_name)


def _access(settings: Settings) -> ServerAccess:
    access = ServerAccess(
        url=settings.qdrant_url or "",
        api_key=settings.qdrant_key(),
        allows_unauthenticated=settings.qdrant_allow_unauthenticated,
        timeout_s=settings.qdrant_timeout_s,
    )
    if access.api_key is not None and access.is_readable_on_the_way:
        _LOG.warning("QDRANT_API_KEY crosses the network in clear text: use https in QDRANT_URL")
    return access
