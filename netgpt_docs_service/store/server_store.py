"""The store on a server: its collection opened, examined, or asked what it was made with."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from qdrant_client import AsyncQdrantClient

from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.store.circuit_breaker import CircuitBreaker
from netgpt_docs_service.store.collection_description import Description
from netgpt_docs_service.store.server_admission import admit_server
from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_client import ServerAccess, connected
from netgpt_docs_service.store.server_collection import ServerCollection
from netgpt_docs_service.store.server_engine import ServerEngine
from netgpt_docs_service.store.server_faults import Server, ServerFault
from netgpt_docs_service.store.server_opening import Opening, Patience, WaitingEngine
from netgpt_docs_service.store.server_replicas import Consistency, ReplicaWish
from netgpt_docs_service.store.store_observer import Outcome, SilentObserver, StoreObserver

_PATIENCE = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionWish:
    """The collection that a store needs: its alias, its vectors, and how it is spread."""

    name: str
    dimension: int
    description: Description
    replicas: ReplicaWish = field(default_factory=ReplicaWish)
    consistency: Consistency = 1
    filterable: Mapping[str, str] = field(default_factory=dict)
    is_only_compared: bool = False
    """Whether the collection must be there and nothing of it is made or changed."""


@asynccontextmanager
async def opened_server(
    access: ServerAccess,
    wish: CollectionWish,
    *,
    observer: StoreObserver,
    patience: Patience = _PATIENCE,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[WaitingEngine]:
    """Open the collection, made if there is none; with the server away, go on trying behind.

    Raises StartupError when the server or the collection can be seen not to fit at once; found
    later, it is logged. A `patience` with `opening_s` waits for the collection instead and raises
    StoreUnavailable when it does not come. `transport` takes the place of the network.
    """
    async with connected(access, transport=transport) as client:
        calls = _calls(access, wish.name, observer)
        engine = WaitingEngine(
            ServerEngine(
                client,
                calls,
                consistency=wish.consistency,
                attempt_timeout_s=access.server_timeout_s,
            )
        )

        connect = partial(connected, transport=transport)
        opening = Opening(
            engine,
            reach=partial(admit_server, client, calls, access, connect=connect),
            prepare=_wished(wish, client, calls, access).prepare,
            patience=patience,
        )
        async with opening.under_way():
            yield engine


async def examined_server(
    access: ServerAccess, collection: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> str:
    """Say which server is at `access`, changing nothing; raises what `opened_server` would."""
    async with _looked_at(access, collection, transport) as (_, _, version):
        return f"Qdrant {version} at {access.address}"


async def found_description(
    access: ServerAccess, collection: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> dict[str, Any]:
    """Return what the stored collection says it is made with, its dimension included.

    Raises ConfigurationError when there is no collection, StoreUnavailable when no server answers.
    """
    async with _looked_at(access, collection, transport) as (client, calls, _):
        try:
            info = await calls.run_or_fault("prepare", lambda: client.get_collection(collection))
        except ServerFault as fault:
            if fault.outcome is not Outcome.MISSING:
                raise fault.error from fault
            message = (
                f"Qdrant at {access.address} holds no collection {collection!r}: "
                "nothing was ever stored there"
            )
            raise ConfigurationError(message) from fault
    metadata = dict(info.config.metadata or {})
    if "dimension" not in metadata:
        message = (
            f"collection {collection!r} in Qdrant at {access.address} does not say what it was "
            "made with: this service did not make it"
        )
        raise ConfigurationError(message)
    return metadata


@asynccontextmanager
async def _looked_at(
    access: ServerAccess, collection: str, transport: httpx.AsyncBaseTransport | None
) -> AsyncIterator[tuple[AsyncQdrantClient, ServerCalls, str]]:
    """Connect for one look, counted by nobody, to a server that may be used; tell its version."""
    connect = partial(connected, transport=transport)
    async with connect(access) as client:
        calls = _calls(access, collection, SilentObserver())
        yield client, calls, await admit_server(client, calls, access, connect=connect)


def _wished(
    wish: CollectionWish, client: AsyncQdrantClient, calls: ServerCalls, access: ServerAccess
) -> ServerCollection:
    return ServerCollection(
        client=client,
        calls=calls,
        dimension=wish.dimension,
        description=wish.description,
        wish=wish.replicas,
        filterable=wish.filterable,
        timeout_s=access.server_timeout_s,
        is_only_compared=wish.is_only_compared,
    )


def _calls(access: ServerAccess, collection: str, observer: StoreObserver) -> ServerCalls:
    return ServerCalls(
        server=Server(access.address, collection),
        observer=observer,
        breaker=CircuitBreaker(clock=time.monotonic, on_change=observer.store_circuit_changed),
        timeout_s=access.timeout_s,
    )
