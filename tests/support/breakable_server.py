"""The server adapter behind a fault proxy, with time enough for a server that is well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from netgpt_docs_service.store.circuit_breaker import CircuitBreaker
from netgpt_docs_service.store.point_store import PointStore
from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_client import connected
from netgpt_docs_service.store.server_engine import ServerEngine
from netgpt_docs_service.store.server_faults import Server
from netgpt_docs_service.store.store_observer import SilentObserver
from tests.support.fault_proxy import FaultProxy
from tests.support.qdrant_address import QdrantAddress
from tests.support.server_collection import access_to

TIMEOUT_S = 1.0
_OPEN_S = 0.05


@dataclass(frozen=True, slots=True)
class BreakableServer:
    """A store, and the proxy that its requests go through."""

    store: PointStore
    proxy: FaultProxy

    async def heal(self) -> None:
        """Let everything through again, and the adapter notice."""
        self.proxy.heal()
        await self.proxy.listen()
        await asyncio.sleep(2 * _OPEN_S)


@asynccontextmanager
async def breakable_server(
    proxy: FaultProxy, *, api_key: str, name: str
) -> AsyncIterator[BreakableServer]:
    """Open the adapter over a collection that is there already."""
    access = access_to(QdrantAddress(proxy.url, api_key), timeout_s=TIMEOUT_S)
    observer = SilentObserver()
    breaker = CircuitBreaker(
        clock=time.monotonic, on_change=observer.store_circuit_changed, open_s=_OPEN_S
    )
    calls = ServerCalls(
        server=Server(access.address, name), observer=observer, breaker=breaker, timeout_s=TIMEOUT_S
    )
    async with connected(access) as client:
        engine = ServerEngine(client, calls, attempt_timeout_s=access.server_timeout_s)
        yield BreakableServer(PointStore(engine), proxy)
