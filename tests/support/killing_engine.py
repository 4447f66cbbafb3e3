"""An engine that is there until one request of one store call comes: then somebody is killed."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_store import PointStore
from netgpt_docs_service.store.points import AnswerT_co, Request


@dataclass(slots=True)
class KillingEngine:
    """Names each request by the store call it belongs to, and kills before the one that is due.

    `flip upsert` is the manifest's, `write_chunks upsert 2` the second batch of chunks; what
    follows the last request is `the end`.
    """

    inner: PointEngine
    due: str = ""
    kill: Callable[[], None] = lambda: None
    steps: list[str] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)

    async def call(self, request: Request[AnswerT_co]) -> AnswerT_co:
        self.reach(f"{_store_call()} {type(request).__name__.lower()}")
        return await self.inner.call(request)

    def arm(self, step: str) -> None:
        self.due = step
        self.steps.clear()
        self._seen.clear()

    def reach(self, step: str) -> None:
        self._seen[step] += 1
        name = step if self._seen[step] == 1 else f"{step} {self._seen[step]}"
        self.steps.append(name)
        if name == self.due:
            self.due = ""
            self.kill()


def _store_call() -> str:
    """Return the outermost method of the store that is being awaited."""
    name = "nobody"
    frame = inspect.currentframe()
    while frame is not None:
        if isinstance(frame.f_locals.get("self"), PointStore):
            name = frame.f_code.co_name
        frame = frame.f_back
    return name
