"""What each check of the health says when the thing it looks at is not well."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from netgpt_docs_service.store.interface import StoreMaintenance
from netgpt_docs_service.usecases.health import CheckHealth, HealthStatus
from tests.support.services import healthy


class Answering:
    """A store that answers."""

    async def ping(self) -> None:
        return


@pytest.fixture
def health() -> CheckHealth:
    return healthy(cast("StoreMaintenance", Answering()))


async def test_all_is_well_with_everything_running(health: CheckHealth) -> None:
    found = await health.check()

    assert found.status is HealthStatus.HEALTHY
    assert set(found.checks) == {"store", "model", "queue", "disk"}


async def test_a_dead_engine_is_unhealthy(health: CheckHealth) -> None:
    found = await replace(health, is_embedding=lambda: False).check()

    assert (found.status, found.checks["model"].status) == (
        HealthStatus.UNHEALTHY,
        HealthStatus.UNHEALTHY,
    )


@pytest.mark.parametrize(
    ("backlog_s", "status"), [(30.0, HealthStatus.HEALTHY), (30.1, HealthStatus.DEGRADED)]
)
async def test_a_long_queue_is_degraded(
    health: CheckHealth, backlog_s: float, status: HealthStatus
) -> None:
    found = await replace(health, backlog_s=lambda: backlog_s).check()

    assert found.checks["queue"].status is status


async def test_a_disk_that_cannot_be_read_is_unhealthy_and_no_error(health: CheckHealth) -> None:
    def gone() -> int:
        raise OSError(5, "Input/output error")

    found = await replace(health, free_disk_bytes=gone).check()

    assert found.checks["disk"].status is HealthStatus.UNHEALTHY
    assert "Input/output error" in found.checks["disk"].detail


async def test_a_disk_of_another_machine_is_not_looked_at(health: CheckHealth) -> None:
    found = await replace(health, free_disk_bytes=None).check()

    assert "disk" not in found.checks
