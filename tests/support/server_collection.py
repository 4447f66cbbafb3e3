"""The server adapter over a collection of its own, which is gone after the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
from pydantic import SecretStr
from qdrant_client import models

from netgpt_docs_service.store import schema
from netgpt_docs_service.store.server_client import ServerAccess
from netgpt_docs_service.store.server_opening import Patience, WaitingEngine
from netgpt_docs_service.store.server_store import CollectionWish, opened_server
from netgpt_docs_service.store.store_observer import SilentObserver
from tests.support.qdrant_address import QdrantAddress, new_collection_name

GENEROUS = Patience(opening_s=120.0)
"""Time enough for a real cluster to make a collection."""

_FULL = {"status": {"error": "Insufficient storage: disk usage is above the limit"}, "time": 0.0}


@dataclass(slots=True)
class FullDiskTransport(httpx.AsyncBaseTransport):
    """Refuses what takes room, as a server over its quota: it reads and deletes, no more."""

    inner: httpx.AsyncHTTPTransport
    is_full: Callable[[], bool]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on, or answer 507."""
        takes_room = request.url.path.endswith("/points") and request.method == "PUT"
        if takes_room and self.is_full():
            return httpx.Response(507, json=_FULL)
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Stay open: more than one client is made over it."""


@asynccontextmanager
async def server_collection(
    address: QdrantAddress,
    dimension: int,
    *,
    name: str = "",
    timeout_s: float = 20.0,
    filterable: Mapping[str, str] = schema.NO_NAMES,
    is_full: Callable[[], bool] | None = None,
) -> AsyncIterator[WaitingEngine]:
    """Open the adapter at `address`; its collection is deleted in the end."""
    alias = name or new_collection_name()
    wish = CollectionWish(
        name=alias, dimension=dimension, description={"model": "test"}, filterable=filterable
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(delete_collection, address, alias)
        transport = None
        if is_full is not None:
            inner = await stack.enter_async_context(httpx.AsyncHTTPTransport())
            transport = FullDiskTransport(inner, is_full)
        access = access_to(address, timeout_s=timeout_s)
        opened = opened_server(
            access, wish, observer=SilentObserver(), patience=GENEROUS, transport=transport
        )
        yield await stack.enter_async_context(opened)


@asynccontextmanager
async def emptied_collection(
    address: QdrantAddress, dimension: int, *, name: str
) -> AsyncIterator[WaitingEngine]:
    """Open the adapter over a collection that stays, and leave it empty: making it takes longer."""
    wish = CollectionWish(name=name, dimension=dimension, description={"model": "test"})
    opened = opened_server(access_to(address), wish, observer=SilentObserver(), patience=GENEROUS)
    async with opened as engine:
        yield engine
    client = address.client()
    nothing = models.HasIdCondition(has_id=[])
    everything = models.FilterSelector(filter=models.Filter(must_not=[nothing]))
    await client.delete(name, everything)
    await client.close()


async def delete_collection(address: QdrantAddress, alias: str) -> None:
    """Delete what the adapter made under that name."""
    client = address.client()
    await client.delete_collection(f"{alias}-1")
    await client.close()


def access_to(address: QdrantAddress, *, timeout_s: float = 20.0) -> ServerAccess:
    return ServerAccess(
        url=address.url,
        api_key=SecretStr(address.api_key) if address.api_key else None,
        allows_unauthenticated=not address.api_key,
        timeout_s=timeout_s,
    )
