from __future__ import annotations

import asyncio
import contextlib
import subprocess
from pathlib import Path

import pytest

from netgpt_docs_service.store.edge_link import EdgeLink

pytestmark = pytest.mark.process


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every engine process that is started during the test."""
    processes: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)  # type: ignore[call-overload]  # passes through
            processes.append(self)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    return processes


@pytest.mark.parametrize("steps", range(4))
async def test_an_opening_that_is_cancelled_leaves_no_process(
    tmp_path: Path, started: list[subprocess.Popen[bytes]], steps: int
) -> None:
    opening = asyncio.create_task(EdgeLink.open(tmp_path / "shard", 4, indexes={}, timeout_s=30))
    await asyncio.sleep(0)
    for _ in range(steps):
        await asyncio.sleep(0)
    opening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await opening
    assert [process.returncode is None for process in started] == [False]


@pytest.mark.parametrize("steps", range(3))
async def test_a_close_that_is_cancelled_leaves_no_process(
    tmp_path: Path, started: list[subprocess.Popen[bytes]], steps: int
) -> None:
    link = await EdgeLink.open(tmp_path / "shard", 4, indexes={}, timeout_s=30)
    closing = asyncio.create_task(link.close(timeout_s=30))
    await asyncio.sleep(0)
    for _ in range(steps):
        await asyncio.sleep(0)
    closing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await closing
    assert [process.returncode is None for process in started] == [False]
