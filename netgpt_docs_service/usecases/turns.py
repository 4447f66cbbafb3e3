"""In one process the writes of one document run one at a time, so that none embeds for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class _Waiter:
    sequence: int
    replaces_all: bool
    turn: asyncio.Future[None]


@dataclass(slots=True)
class DocumentTurns:
    """Give each waiting write of a document its turn.

    The newest write that replaces the whole document goes first: the ones it overtakes find a
    newer manifest at their own turn and end without embedding, or run after all when it failed.
    Writes that change a document in part follow, oldest first. This only saves work: what stands
    in the end is decided by the manifest's compare-and-set, with or without turns.
    """

    _waiting: dict[tuple[str, str], list[_Waiter]] = field(default_factory=dict, init=False)

    def is_busy(self, tenant: str, doc_id: str) -> bool:
        """Whether a write of this document runs in this process."""
        return (tenant, doc_id) in self._waiting

    @asynccontextmanager
    async def turn(
        self, tenant: str, doc_id: str, *, sequence: int, replaces_all: bool
    ) -> AsyncIterator[None]:
        """Wait for this write's turn and hold it; the caller's deadline bounds the wait."""
        key = (tenant, doc_id)
        await self._enter(key, sequence, replaces_all=replaces_all)
        try:
            yield
        finally:
            self._leave(key)

    async def _enter(self, key: tuple[str, str], sequence: int, *, replaces_all: bool) -> None:
        if key not in self._waiting:
            self._waiting[key] = []
            return
        turn = asyncio.get_running_loop().create_future()
        waiter = _Waiter(sequence, replaces_all, turn)
        self._waiting[key].append(waiter)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave(key)  # given in the instant of the cancellation: pass it on
            elif waiter in self._waiting.get(key, ()):
                self._waiting[key].remove(waiter)
            raise

    def _leave(self, key: tuple[str, str]) -> None:
        # Several may give up in one instant: one that has, and was not woken yet, is passed over.
        waiting = [waiter for waiter in self._waiting.pop(key) if not waiter.turn.done()]
        if not waiting:
            return
        following = _next(waiting)
        waiting.remove(following)
        self._waiting[key] = waiting
        following.turn.set_result(None)


def _next(waiting: list[_Waiter]) -> _Waiter:
    whole = [waiter for waiter in waiting if waiter.replaces_all]
    if whole:
        return max(whole, key=lambda waiter: waiter.sequence)
    return min(waiting, key=lambda waiter: waiter.sequence)
