from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service_process import ServiceProcess


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """One running service for the tests of a module."""
    process = ServiceProcess(tmp_path_factory.mktemp("data"))
    process.start_and_wait()
    yield process
    process.stop()


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[ServiceProcess]:
    """A service that a test starts, stops and kills itself."""
    process = ServiceProcess(tmp_path / "data")
    yield process
    if process.is_running():
        process.kill_group()
