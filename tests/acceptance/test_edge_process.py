"""The engine process and its parent, each killed at the worst moment."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from netgpt_docs_service.errors import StoreUnavailable
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.store.filters import of_every_tenant
from netgpt_docs_service.store.payloads import Kind
from netgpt_docs_service.store.point_reads import Count, Retrieve
from netgpt_docs_service.store.point_writes import Flush, Upsert
from netgpt_docs_service.store.points import Point

pytestmark = pytest.mark.process

DIMENSION = 4
POINT = Point("00000000-0000-0000-0000-000000000001", {"kind": "chunk", "text": "a"}, bytes(16))
CHUNKS = Count(of_every_tenant(Kind.CHUNK))

PARENT = """
import asyncio, sys
from pathlib import Path
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.point_writes import Upsert
from netgpt_docs_service.store.points import Point

async def main():
    async with opened_collection(Path(sys.argv[1]), 4, description={}) as process:
        point = Point("00000000-0000-0000-0000-000000000001", {"kind": "chunk", "text": "a"})
        await process.call(Upsert(points=(point,)))
        print(process.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest_asyncio.fixture
async def process(tmp_path: Path) -> AsyncIterator[EdgeProcess]:
    async with opened_collection(tmp_path, DIMENSION, description={}) as process:
        yield process


@pytest.fixture
def pid(process: EdgeProcess) -> int:
    assert process.pid is not None
    return process.pid


async def test_a_call_in_flight_fails_when_the_engine_is_killed(
    process: EdgeProcess, pid: int
) -> None:
    os.kill(pid, signal.SIGSTOP)
    call = asyncio.create_task(process.call(CHUNKS))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(StoreUnavailable, match="ended before it answered"):
        await call


async def test_what_was_written_is_there_after_the_engine_was_killed(
    process: EdgeProcess, pid: int
) -> None:
    await process.call(Upsert(points=(POINT,)))
    os.kill(pid, signal.SIGSTOP)
    call = asyncio.create_task(process.call(Flush()))
    os.kill(pid, signal.SIGKILL)
    await asyncio.wait([call])
    assert isinstance(call.exception(), StoreUnavailable)
    assert await process.call(CHUNKS) == 1
    assert process.pid != pid


async def test_an_engine_that_hangs_costs_a_call_its_deadline(tmp_path: Path) -> None:
    async with opened_collection(tmp_path, DIMENSION, description={}, timeout_s=0.2) as process:
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(StoreUnavailable, match=r"did not answer count in 0\.2 s"):
            await process.call(CHUNKS)


async def test_more_calls_than_may_wait_are_refused(process: EdgeProcess, pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    calls = [asyncio.create_task(process.call(Retrieve(()))) for _ in range(300)]
    done, _waiting = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
    assert all("256 requests wait" in str(call.exception()) for call in done)
    os.kill(pid, signal.SIGCONT)
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(outcome == [] for outcome in outcomes) == 256


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_the_engine_outlives_signals_meant_for_its_parent(
    process: EdgeProcess, pid: int, number: signal.Signals
) -> None:
    os.kill(pid, number)
    assert await process.call(CHUNKS) == 0
    assert process.pid == pid


async def test_the_engine_is_no_member_of_its_parents_group(process: EdgeProcess, pid: int) -> None:
    assert os.getpgid(pid) != os.getpgid(0)
    assert await process.call(CHUNKS) == 0


async def test_closing_ends_the_engine_and_frees_the_shard(tmp_path: Path) -> None:
    async with opened_collection(tmp_path, DIMENSION, description={}) as process:
        await process.call(Upsert(points=(POINT,)))
        pid = process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid or 0, 0)
    async with opened_collection(tmp_path, DIMENSION, description={}) as process:
        assert await process.call(CHUNKS) == 1


async def test_a_closed_process_answers_no_call(tmp_path: Path) -> None:
    async with opened_collection(tmp_path, DIMENSION, description={}, timeout_s=0.2) as process:
        pass
    with pytest.raises(StoreUnavailable):
        await process.call(CHUNKS)


@pytest.fixture
def orphaned(tmp_path: Path) -> Path:
    """A collection whose service was killed a moment ago, after one acknowledged write."""
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=-1) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline()
        parent.kill()
    return tmp_path


async def test_a_second_service_waits_for_an_orphan_to_close(orphaned: Path) -> None:
    async with opened_collection(orphaned, DIMENSION, description={}) as process:
        assert await process.call(CHUNKS) == 1


async def test_a_shard_that_cannot_be_loaded_is_said_with_the_reason(tmp_path: Path) -> None:
    async with opened_collection(tmp_path, DIMENSION, description={}):
        pass
    with pytest.raises(StoreUnavailable, match=r"the engine failed: .*size"):
        await EdgeProcess(tmp_path / "shard", DIMENSION + 1).start()


def test_the_engine_process_loads_no_heavy_module() -> None:
    listing = "import netgpt_docs_service.store.edge_worker, sys; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", listing], capture_output=True, check=True)
    loaded = set(modules.stdout.decode().split())
    assert not loaded & {"fastapi", "pydantic", "torch", "asyncio", "qdrant_client"}
