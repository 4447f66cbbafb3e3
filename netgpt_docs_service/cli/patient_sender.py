"""Send documents in batches: what the service puts off is sent again, what it refuses is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from netgpt_docs_service.cli.client import ApiClient, RequestFailed

_PUT_OFF = frozenset({429, 503})
_CALLER_REFUSED = frozenset({401, 403})
_PAUSE_S = 1.0


@dataclass(slots=True)
class PatientSender:
    """Send documents until each has a receipt or a reason.

    A wait longer than `patience_s` without one document getting further ends in the reason that
    the service gave last. The service keeps what it embedded of a document it put off, so a later
    ingest goes on from there.
    """

    client: ApiClient
    patience_s: float = 600.0
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _got_further_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Start to wait now; leave the patience of single calls to this class."""
        self.client = replace(self.client, patience_s=0.0)
        self._got_further_s = self.now()

    async def send(
        self, documents: Sequence[dict[str, Any]]
    ) -> AsyncIterator[tuple[int, dict[str, Any]]]:
        """Yield the place and the final item of every document, in the order they are done."""
        waiting = list(range(len(documents)))
        while waiting:
            items = await self._items([documents[at] for at in waiting])
            answers = list(zip(waiting, items, strict=True))
            put_off = [(at, item) for at, item in answers if _is_put_off(item)]
            for at, item in answers:
                if not _is_put_off(item):
                    self._got_further_s = self.now()
                    yield at, item
            waiting = [at for at, _ in put_off]
            if waiting and not await self._waited([item for _, item in put_off]):
                for at, item in put_off:
                    yield at, item
                return

    async def _waited(self, items: Sequence[dict[str, Any]]) -> bool:
        pause_s = max(float(item.get("retry_after_s") or _PAUSE_S) for item in items)
        if self.now() + pause_s > self._got_further_s + self.patience_s:
            return False
        await self.sleep(pause_s)
        return True

    async def _items(self, documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            items: list[dict[str, Any]] = await self.client.call(
                "POST", "/ingest/batch", body={"documents": documents}
            )
        except RequestFailed as error:
            if error.status in _CALLER_REFUSED:
                raise
            if len(documents) == 1 or error.status in _PUT_OFF:
                return [_as_item(error)] * len(documents)
            return [item for document in documents for item in await self._items([document])]
        return items


def refusal(item: dict[str, Any]) -> str | None:
    """Return why the service did not store a document; None when it did."""
    if item.get("receipt") is not None:
        return None
    problem = item.get("problem") or {}
    told = problem.get("detail") or problem.get("title") or f"status {item.get('status')}"
    return "; ".join([str(told), *(each["message"] for each in problem.get("errors") or ())])


def _is_put_off(item: dict[str, Any]) -> bool:
    return item.get("receipt") is None and item.get("status") in _PUT_OFF


def _as_item(error: RequestFailed) -> dict[str, Any]:
    item: dict[str, Any] = {"status": error.status, "problem": error.problem}
    return item | ({"retry_after_s": error.retry_after_s} if error.retry_after_s else {})
