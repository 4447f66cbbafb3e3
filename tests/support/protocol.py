"""What the protocol tests run on: the real use cases over a real store, one step at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar, cast

from netgpt_docs_service.domain.documents import Manifest, Pipeline
from netgpt_docs_service.store.interface import GenerationSet, StoreMaintenance, StoreTotals
from netgpt_docs_service.usecases.assembly import Ports, assemble
from netgpt_docs_service.usecases.services import Services
from tests.support.fakes import HashEmbedder, ParagraphChunker
from tests.support.gated_store import Gate
from tests.support.plain_fetcher import PlainFetcher
from tests.support.services import MODEL, healthy

PHRASE = "the walrus remembers"
_PATIENCE_S = 20.0
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_BEGIN_US = int(_BEGIN.timestamp()) * 1_000_000
_Result = TypeVar("_Result")


def text_of(number: int, paragraphs: int) -> str:
    """Return a version's text: a paragraph of its own, then some that all versions share.

    Every paragraph is a turn that asks, so that a transcript of them has pairs.
    """
    own = f"Anna: what says {PHRASE} version {number}?"
    speakers = ("Ben", "Anna")
    shared = [
        f"{speakers[each % 2]}: what says {PHRASE} paragraph {each}?"
        for each in range(paragraphs - 1)
    ]
    return "\n\n".join([own, *shared])


@dataclass(frozen=True, slots=True)
class OneTenant:
    """The maintenance of a store that held this tenant only, walked in a fixed order."""

    inner: Any
    tenant: str

    async def generation_sets(self) -> AsyncIterator[GenerationSet]:
        found = [each async for each in self.inner.generation_sets() if each.tenant == self.tenant]
        for each in sorted(found, key=lambda each: (each.doc_id, each.generation)):
            yield each

    async def expired(self, at: datetime) -> AsyncIterator[tuple[str, Manifest]]:
        walk = self.inner.expired(at)
        found = [each async for each in walk if each[0] == self.tenant]
        for each in sorted(found, key=lambda each: each[1].doc_id):
            yield each

    async def tombstones(self, before: datetime) -> AsyncIterator[tuple[str, Manifest]]:
        walk = self.inner.tombstones(before)
        found = [each async for each in walk if each[0] == self.tenant]
        for each in sorted(found, key=lambda each: each[1].doc_id):
            yield each

    async def forget(self, tenant: str, manifest: Manifest) -> bool:
        return bool(await self.inner.forget(tenant, manifest))

    async def totals(self) -> StoreTotals:
        totals: StoreTotals = await self.inner.totals()
        return totals

    async def ping(self) -> None:
        await self.inner.ping()


@dataclass(slots=True)
class Bench:
    """A store on an event loop of its own, driven one step at a time from a plain test."""

    store: Any
    maintenance: Any
    loop: asyncio.AbstractEventLoop
    numbers: count[int] = field(default_factory=count)
    tenant: str = ""
    microseconds: count[int] = field(default_factory=lambda: count(_BEGIN_US))

    def begin_again(self) -> str:
        """Set the clock back and return a new tenant, so that equal steps do equal things."""
        self.microseconds = count(_BEGIN_US)
        self.tenant = f"tenant-{next(self.numbers)}"
        return self.tenant

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return self.loop.run_until_complete(asyncio.wait_for(work, _PATIENCE_S))

    def services(self, store: Any, *, age: timedelta = timedelta()) -> Services:  # noqa: ANN401
        """Return the use cases of one process: nothing is shared between two but the store."""
        ports = Ports(
            store=store,
            maintenance=cast("StoreMaintenance", OneTenant(self.maintenance, self.tenant)),
            chunker=ParagraphChunker(),
            embedder=HashEmbedder(),
            model=MODEL,
            pipeline=Pipeline("text", "paragraphs", "hash"),
            fetcher=PlainFetcher(),
            now=lambda: _BEGIN + timedelta(microseconds=next(self.microseconds) - _BEGIN_US) + age,
            now_us=lambda: next(self.microseconds),
        )
        return assemble(ports, ingest_deadline_s=3600.0, health=healthy(self.maintenance))

    def settle(self, task: asyncio.Task[Any], gate: Gate) -> None:
        """Run until the operation waits before its next store call, or has ended."""

        async def settled() -> None:
            waiting = asyncio.ensure_future(gate.waiting.wait())
            done, _ = await asyncio.wait(
                {task, waiting}, timeout=_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
            )
            waiting.cancel()
            assert done, "the operation neither waits at its gate nor ends"

        self.loop.run_until_complete(settled())

    def abandon(self, task: asyncio.Task[Any]) -> None:
        """Kill an operation where it stands: it makes no further call."""
        task.cancel()

        async def gone() -> None:
            with suppress(asyncio.CancelledError, Exception):
                await task

        self.loop.run_until_complete(gone())

    async def generations(self, tenant: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        async for each in self.maintenance.generation_sets():
            if each.tenant == tenant:
                found.setdefault(each.doc_id, set()).add(each.generation)
        return found
