"""One engine process for many tests: making a shard takes longer than most of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import cast

from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.store.filters import of_every_tenant
from netgpt_docs_service.store.payloads import Kind
from netgpt_docs_service.store.point_reads import Scroll
from netgpt_docs_service.store.point_writes import Delete
from netgpt_docs_service.store.points import AnswerT_co, Request
from tests.support.fakes import DIMENSION

_PATIENCE_S = 60.0
_PAGE = 512


class SharedEngine:
    """An engine process on an event loop of its own, which any other loop may ask."""

    def __init__(self, inner: EdgeProcess, loop: asyncio.AbstractEventLoop) -> None:
        self._inner = inner
        self._loop = loop

    @property
    def process(self) -> EdgeProcess:
        """Itself, as the stores take it: all they do is `call`."""
        return cast("EdgeProcess", self)

    async def call(self, request: Request[AnswerT_co]) -> AnswerT_co:
        asked = asyncio.run_coroutine_threadsafe(self._inner.call(request), self._loop)
        return await asyncio.wrap_future(asked)

    async def empty(self) -> None:
        """Delete every point of every tenant."""
        for kind in Kind:
            page = Scroll(filter=of_every_tenant(kind), limit=_PAGE, fields=())
            while points := (await self.call(page))[0]:
                await self.call(Delete(tuple(point.id for point in points)))


@contextmanager
def shared_engine(folder: Path) -> Iterator[SharedEngine]:
    """Run the engine process of a new collection in `folder`."""
    loop, stack = asyncio.new_event_loop(), AsyncExitStack()
    thread = Thread(target=loop.run_forever, name="shared-engine")
    thread.start()
    opening = stack.enter_async_context(opened_collection(folder, DIMENSION, description={}))
    try:
        process = asyncio.run_coroutine_threadsafe(opening, loop).result(_PATIENCE_S)
        yield SharedEngine(process, loop)
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(_PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE_S)
        loop.close()
