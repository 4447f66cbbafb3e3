"""The sweep on its schedule, for as long as a process runs."""

from __future__ import annotations

import asyncio
import logging
import random

from netgpt_docs_service.errors import ServiceError
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.usecases.sweep import SweepStore

_LOG = logging.getLogger(__name__)
_JITTER = 0.1


async def sweep_for_ever(sweep: SweepStore, metrics: Metrics, *, interval_s: float) -> None:
    """Sweep now and about every `interval_s`; replicas that started together drift apart."""
    while True:
        await sweep_once(sweep, metrics)
        await asyncio.sleep(interval_s * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311


async def sweep_once(sweep: SweepStore, metrics: Metrics) -> None:
    """Sweep and count it; one that fails is left to the next."""
    try:
        swept = await sweep.sweep()
    except ServiceError as error:
        metrics.record_failed_sweep()
        _LOG.warning("a sweep was given up: %s", error)
        return
    except Exception:  # noqa: BLE001  what ends this task ends it for the process's life
        metrics.record_failed_sweep()
        _LOG.exception("a sweep failed")
        return
    counts = {"expired": swept.expired, "chunks": swept.chunks, "tombstones": swept.tombstones}
    metrics.record_sweep(**counts)
    if any(counts.values()):
        _LOG.info(
            "swept %(expired)d documents, %(chunks)d chunks, %(tombstones)d tombstones", counts
        )
