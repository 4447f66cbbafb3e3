"""Say how the service is: one word for the whole, one for each thing it needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from netgpt_docs_service.errors import ServiceError
from netgpt_docs_service.store.interface import StoreMaintenance

_PATIENCE_S = 2.0
_LONG_QUEUE_S = 30.0


class HealthStatus(StrEnum):
    """How well something works."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class Check:
    """The state of one thing, with a sentence for the operator."""

    status: HealthStatus
    detail: str


@dataclass(frozen=True, slots=True)
class Health:
    """The worst of all checks, and the checks by name."""

    status: HealthStatus
    checks: dict[str, Check]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckHealth:
    """Look at the store, the model, the work that waits for it, and the disk if it is ours."""

    store: StoreMaintenance
    model_name: str
    is_embedding: Callable[[], bool]
    """Whether the thread that embeds lives."""
    backlog_s: Callable[[], float]
    """How long the work that waits for the model will take."""
    free_disk_bytes: Callable[[], int] | None = None
    """Of the disk that the store writes to; None where that is another machine's."""
    min_free_disk_bytes: int = 0
    is_store_open: Callable[[], bool] = lambda: True
    """Whether the store was reached once since the start and its collection fits."""

    async def check(self) -> Health:
        """Return the state of everything; a store that does not answer in 2 s is unhealthy."""
        checks = {
            "store": await self._store(),
            "model": self._model(),
            "queue": self._queue(),
        }
        if self.free_disk_bytes is not None:
            checks["disk"] = self._disk(self.free_disk_bytes)
        order = list(HealthStatus)
        worst = max((check.status for check in checks.values()), key=order.index)
        return Health(worst, checks)

    async def _store(self) -> Check:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self.store.ping()
        except (ServiceError, TimeoutError) as error:
            return Check(HealthStatus.UNHEALTHY, str(error) or f"no answer in {_PATIENCE_S:g} s")
        return Check(HealthStatus.HEALTHY, "answers")

    def _model(self) -> Check:
        if not self.is_embedding():
            return Check(HealthStatus.UNHEALTHY, f"the thread of {self.model_name} has ended")
        return Check(HealthStatus.HEALTHY, f"{self.model_name} is loaded")

    def _queue(self) -> Check:
        backlog_s = self.backlog_s()
        status = HealthStatus.DEGRADED if backlog_s > _LONG_QUEUE_S else HealthStatus.HEALTHY
        return Check(status, f"{backlog_s:.1f} s of work wait for the model")

    def _disk(self, free_bytes: Callable[[], int]) -> Check:
        try:
            free, least = free_bytes(), self.min_free_disk_bytes
        except OSError as error:
            return Check(HealthStatus.UNHEALTHY, f"cannot be read: {error.strerror or error}")
        detail = f"{free // 2**20} MiB free, writes need {least // 2**20} MiB"
        return Check(HealthStatus.HEALTHY if free >= least else HealthStatus.DEGRADED, detail)
