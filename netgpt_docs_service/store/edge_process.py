"""The engine process as the service sees it: always there, or soon there again.

The engine holds Python's interpreter lock for the length of every call, optimizing for up to
1.4 s, and a full disk kills its process with SIGBUS. So it lives in a process of its own: the
service's event loop never waits for it, and the service survives it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from pathlib import Path

from netgpt_docs_service.errors import StoreUnavailable
from netgpt_docs_service.store import schema
from netgpt_docs_service.store.edge_link import EdgeLink
from netgpt_docs_service.store.points import AnswerT_co, Request

_LOGGER = logging.getLogger(__name__)
_WAITING_LIMIT = 256  # requests; a write carries up to 128 chunks, about 0.5 MB
_RELOAD_WAIT_S = 5.0  # loading 50,000 chunks takes 1 s
_FIRST_RESTART_S, _LAST_RESTART_S = 0.1, 5.0
_STABLE_AFTER_S = 10.0


class EdgeProcess:
    """Ask the engine process; start it again whenever it dies."""

    def __init__(
        self,
        folder: Path,
        dimension: int,
        *,
        indexes: Mapping[str, str] = schema.PAYLOAD_INDEXES,
        timeout_s: float = 30.0,
        start_timeout_s: float = 60.0,
    ) -> None:
        """Keep the shard in `folder`; a request has `timeout_s`, a load `start_timeout_s`.

        `indexes` are the fields of the payload that have an index, and its kind.
        """
        self._folder = folder
        self._indexes = indexes
        self._dimension = dimension
        self._timeout_s = timeout_s
        self._start_timeout_s = start_timeout_s
        self._link: EdgeLink | None = None
        self._is_loaded = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when the shard is loaded.

        Raises StoreUnavailable when it cannot be, ConfigurationError when it has other indexes.
        """
        await self._load()
        self._keeper = asyncio.create_task(self._keep_alive(), name="edge-process")

    async def close(self) -> None:
        """Let the process flush and end; requests that still wait fail."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        self._is_loaded.clear()
        link, self._link = self._link, None
        if link is not None:
            await link.close(timeout_s=self._timeout_s)

    @property
    def pid(self) -> int | None:
        """The engine process; None while there is none."""
        return None if self._link is None else self._link.pid

    async def call(self, request: Request[AnswerT_co]) -> AnswerT_co:
        """Return the engine's answer.

        Raises StoreUnavailable when there is none in time, too many wait already, or the process
        died meanwhile; InvalidInput for values that the engine cannot hold.
        """
        link = await self._loaded_link()
        if link.waiting_count >= _WAITING_LIMIT:
            msg = f"{_WAITING_LIMIT} requests wait for the store; this one was not queued"
            raise StoreUnavailable(msg)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await link.ask(request)
        except TimeoutError:
            name = type(request).__name__.lower()
            msg = f"the store did not answer {name} in {self._timeout_s:g} s"
            raise StoreUnavailable(msg) from None

    async def _loaded_link(self) -> EdgeLink:
        if self._link is None:
            patience_s = min(_RELOAD_WAIT_S, self._timeout_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_loaded.wait(), patience_s)
        if self._link is None:
            msg = f"the store is not loaded again after {_RELOAD_WAIT_S:g} s"
            raise StoreUnavailable(msg)
        return self._link

    async def _load(self) -> EdgeLink:
        self._link = await EdgeLink.open(
            self._folder,
            self._dimension,
            indexes=self._indexes,
            timeout_s=self._start_timeout_s,
        )
        self._is_loaded.set()
        return self._link

    async def _keep_alive(self) -> None:
        delay_s = _FIRST_RESTART_S
        while True:
            lived_s = await self._watch()
            delay_s = _FIRST_RESTART_S if lived_s > _STABLE_AFTER_S else delay_s
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, _LAST_RESTART_S)
            try:
                await self._load()
            except StoreUnavailable as error:
                _LOGGER.warning("the engine process did not start: %s", error)

    async def _watch(self) -> float:
        link, since = self._link, time.monotonic()
        if link is None:
            return 0.0
        await link.ended()
        self._is_loaded.clear()
        self._link = None
        _LOGGER.error("the engine process %d ended; starting it again", link.pid)
        await link.close(timeout_s=0)
        return time.monotonic() - since
