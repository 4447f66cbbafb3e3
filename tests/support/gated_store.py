"""A store that stops before every call until it is let through: interleavings by hand."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Gate:
    """One operation's gate: `pass_one` lets it make its next store call."""

    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    permits: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    calls: list[str] = field(default_factory=list)

    async def wait(self, call: str) -> None:
        self.calls.append(call)
        self.waiting.set()
        await self.permits.acquire()

    def pass_one(self) -> None:
        self.waiting.clear()
        self.permits.release()


class GatedStore:
    """The store of one operation; every coroutine method waits at the operation's gate first."""

    def __init__(self, inner: Any, gate: Gate) -> None:  # noqa: ANN401  stands for any store
        self._inner = inner
        self._gate = gate

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  as above
        method = getattr(self._inner, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def gated(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401  passes through
            await self._gate.wait(name)
            return await method(*arguments, **options)

        return gated
