"""The Qdrant server that the settings name, and the collection they ask it for."""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager
from typing import Any

from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.collection_description import Description
from netgpt_docs_service.store.server_client import ServerAccess
from netgpt_docs_service.store.server_opening import Patience, WaitingEngine
from netgpt_docs_service.store.server_replicas import ReplicaWish, consistency_of
from netgpt_docs_service.store.server_store import (
    CollectionWish,
    examined_server,
    found_description,
    opened_server,
)
from netgpt_docs_service.store.store_observer import StoreObserver
from netgpt_docs_service.wiring.store_use import StoreUse

_LOG = logging.getLogger(__name__)
_OPENING_S = 120.0  # nine replicas and twelve indexes that are waited for take tens of seconds


def opened(
    settings: Settings,
    dimension: int,
    description: Description,
    *,
    observer: StoreObserver,
    use: StoreUse,
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
        is_only_compared=use is StoreUse.EXAMINE,
    )
    patience = Patience(opening_s=None if use is StoreUse.SERVE else _OPENING_S)
    return opened_server(_access(settings), wish, observer=observer, patience=patience)


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
