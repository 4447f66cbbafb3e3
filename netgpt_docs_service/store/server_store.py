"""A server's collection, opened: it may come later than we do, and then requests are refused."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from netgpt_docs_service.errors import (
    ConfigurationError,
    ServiceError,
    StartupError,
    StoreUnavailable,
)
from netgpt_docs_service.store.circuit_breaker import CircuitBreaker
from netgpt_docs_service.store.collection_description import Description
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.points import AnswerT_co, Request
from netgpt_docs_service.store.server_admission import admit_server
from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_client import ServerAccess, connected
from netgpt_docs_service.store.server_collection import ServerCollection
from netgpt_docs_service.store.server_engine import ServerEngine
from netgpt_docs_service.store.server_faults import Server, ServerFault
from netgpt_docs_service.store.server_replicas import Consistency, ReplicaWish
from netgpt_docs_service.store.store_observer import Outcome, SilentObserver, StoreObserver

_LOG = logging.getLogger(__name__)
_FIRST_TRY_S = 5.0
_RETRY_AFTER_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionWish:
    """The collection that a store needs: its alias, its vectors, and how it is spread."""

    name: str
    dimension: int
    description: Description
    replicas: ReplicaWish = field(default_factory=ReplicaWish)
    consistency: Consistency = 1
    filterable: Mapping[str, str] = field(default_factory=dict)


class WaitingEngine:
    """An engine that refuses every request until its collection was found to fit, once."""

    def __init__(self, inner: PointEngine) -> None:
        """Refuse, until `open` is called."""
        self._inner = inner
        self._refusal: str | None = "the store has not been reached yet"

    @property
    def is_open(self) -> bool:
        """Whether the collection was reached once and fits; an outage later changes nothing."""
        return self._refusal is None

    def open(self) -> None:
        """Let requests through from now on."""
        self._refusal = None

    def refuse(self, reason: str) -> None:
        """Say `reason` to every request."""
        self._refusal = reason

    async def call(self, request: Request[AnswerT_co]) -> AnswerT_co:
        """Return the inner engine's answer, or raise StoreUnavailable with the reason."""
        if self._refusal is not None:
            raise StoreUnavailable(self._refusal, retry_after_s=_RETRY_AFTER_S)
        return await self._inner.call(request)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait between two tries to reach the server: at first, and at most."""

    first_s: float = 1.0
    most_s: float = 10.0


@asynccontextmanager
async def opened_server(
    access: ServerAccess,
    wish: CollectionWish,
    *,
    observer: StoreObserver,
    patience: Patience = Patience(),
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[WaitingEngine]:
    """Open the collection, made if there is none; with the server away, go on trying behind.

    Raises StartupError when the server or the collection can be seen not to fit at once; found
    later, it is logged and told to every request. `transport` takes the place of the network.
    """
    async with connected(access, transport=transport) as client:
        calls = _calls(access, wish.name, observer)
        collection = ServerCollection(
            client=client,
            calls=calls,
            dimension=wish.dimension,
            description=wish.description,
            wish=wish.replicas,
            filterable=wish.filterable,
            timeout_s=access.server_timeout_s,
        )
        engine = WaitingEngine(
            ServerEngine(
                client,
                calls,
                consistency=wish.consistency,
                attempt_timeout_s=access.server_timeout_s,
            )
        )

        async def prepare() -> None:
            connect = partial(connected, transport=transport)
            await admit_server(client, calls, access, connect=connect)
            await collection.prepare()

        async with _prepared(engine, prepare, patience):
            yield engine


async def examined_server(
    access: ServerAccess, collection: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> str:
    """Say which server is at `access`, changing nothing; raises what `opened_server` would."""
    async with connected(access, transport=transport) as client:
        calls = _calls(access, collection, SilentObserver())
        connect = partial(connected, transport=transport)
        version = await admit_server(client, calls, access, connect=connect)
        return f"Qdrant {version} at {access.address}"


async def found_description(
    access: ServerAccess, collection: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> dict[str, Any]:
    """Return what the stored collection says it is made with, its dimension included.

    Raises ConfigurationError when there is no collection, StoreUnavailable when no server answers.
    """
    async with connected(access, transport=transport) as client:
        calls = _calls(access, collection, SilentObserver())
        await admit_server(client, calls, access, connect=partial(connected, transport=transport))
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
    return dict(info.config.metadata or {})


def _calls(access: ServerAccess, collection: str, observer: StoreObserver) -> ServerCalls:
    return ServerCalls(
        server=Server(access.address, collection),
        observer=observer,
        breaker=CircuitBreaker(clock=time.monotonic, on_change=observer.store_circuit_changed),
        timeout_s=access.timeout_s,
    )


@asynccontextmanager
async def _prepared(
    engine: WaitingEngine, prepare: Callable[[], Awaitable[None]], patience: Patience
) -> AsyncIterator[None]:
    """Prepare once now, and again behind until it is done."""
    await _first_try(engine, prepare)
    if engine.is_open:
        yield
        return
    trying = asyncio.create_task(_try_until_open(engine, prepare, patience))
    try:
        yield
    finally:
        trying.cancel()
        with suppress(asyncio.CancelledError):
            await trying


async def _first_try(engine: WaitingEngine, prepare: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(_FIRST_TRY_S):
            await prepare()
    except (StoreUnavailable, TimeoutError) as error:
        reason = str(error) or f"the store did not answer in {_FIRST_TRY_S:g} s"
        _LOG.warning("%s; requests are refused until it does", reason)
        engine.refuse(reason)
    else:
        engine.open()


async def _try_until_open(
    engine: WaitingEngine, prepare: Callable[[], Awaitable[None]], patience: Patience
) -> None:
    wait_s, said = patience.first_s, ""
    while not engine.is_open:
        await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311  jitter
        wait_s = min(patience.most_s, wait_s * 2)
        try:
            await prepare()
        except ServiceError as error:
            engine.refuse(error.message)
            if isinstance(error, StartupError) and error.message != said:
                said = error.message
                _LOG.error("the store cannot be used: %s", said)
        else:
            engine.open()
            _LOG.info("the store was reached, and its collection fits")
