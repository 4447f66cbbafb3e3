"""A collection that may come later than we do: until it is there, requests are refused."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from netgpt_docs_service.errors import ServiceError, StartupError, StoreUnavailable
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.points import AnswerT_co, Request

_LOG = logging.getLogger(__name__)
_RETRY_AFTER_S = 1.0
_PREPARING = "the collection of the vector store is still being prepared"
_UNUSABLE = "the store cannot be used; the log says why"


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
    start_s: float = 5.0
    """How long a start waits; what is not done by then is done behind it."""
    opening_s: float | None = None
    """How long making the collection may take for whoever waits for it; None: nobody does."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens `engine` once the server was reached and its collection is prepared."""

    engine: WaitingEngine
    reach: Callable[[], Awaitable[object]]
    prepare: Callable[[], Awaitable[None]]
    patience: Patience

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """Return when it is open, or cannot be; while it may take longer, go on behind."""
        if self.patience.opening_s is not None:
            await self._wait_for_it(self.patience.opening_s)
            yield
            return
        # Never cancelled for taking long: on a cluster, twelve indexes take longer than a start.
        first = asyncio.create_task(self._try())
        trying = asyncio.create_task(self._try_until_open(first))
        try:
            await self._begin(first)
            yield
        finally:
            trying.cancel()
            first.cancel()
            with suppress(asyncio.CancelledError):
                await trying

    async def _wait_for_it(self, limit_s: float) -> None:
        await self.reach()
        try:
            async with asyncio.timeout(limit_s):
                while not self.engine.is_open:
                    await self._prepare_again()
        except TimeoutError as error:
            message = f"{_PREPARING} after {limit_s:g} s"
            raise StoreUnavailable(message) from error

    async def _prepare_again(self) -> None:
        try:
            await self.prepare()
        except StoreUnavailable as error:
            _LOG.warning("%s; %s", _PREPARING, error.message)
            await asyncio.sleep(self.patience.first_s)
        else:
            self.engine.open()

    async def _try(self) -> None:
        await self.reach()
        self.engine.refuse(_PREPARING)
        await self.prepare()
        self.engine.open()

    async def _begin(self, first: asyncio.Task[None]) -> None:
        start_s = self.patience.start_s
        self.engine.refuse(f"the store did not answer in {start_s:g} s")
        done, _ = await asyncio.wait({first}, timeout=start_s)
        reason = first.exception() if done else None
        if reason is not None and not isinstance(reason, StoreUnavailable):
            raise reason
        if not self.engine.is_open:
            _LOG.warning("%s; requests are refused until it is there", reason or _PREPARING)

    async def _try_until_open(self, first: asyncio.Task[None]) -> None:
        wait_s, said = self.patience.first_s, ""
        trying: Awaitable[None] = first
        while True:
            try:
                await trying
            except ServiceError as error:
                is_final = isinstance(error, StartupError)
                self.engine.refuse(_UNUSABLE if is_final else error.message)
                if is_final and error.message != said:
                    said = error.message
                    _LOG.error("the store cannot be used: %s", said)
            else:
                _LOG.info("the store was reached, and its collection fits")
                return
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311  jitter
            wait_s = min(self.patience.most_s, wait_s * 2)
            trying = self._try()
