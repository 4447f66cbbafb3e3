"""A service of the demo's own: a free port, a temporary data directory, the bundled model."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from netgpt_docs_service.errors import StartupError
from netgpt_docs_service.settings import child_environment

_START_S = 120.0
_STOP_S = 30.0
_POLL_S = 0.1
_READY = 200


@dataclass(frozen=True, slots=True)
class RunningService:
    """Where the service listens, and the key it takes."""

    address: str
    key: str


@asynccontextmanager
async def running_service(data_dir: Path) -> AsyncIterator[RunningService]:
    """Start `netgpt-docs serve` and stop it with SIGTERM; StartupError when either fails.

    It runs in `data_dir`, where no `.env` changes what it does.
    """
    log = data_dir / "service.log"
    key = secrets.token_urlsafe(32)
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "netgpt_docs_service", "serve"),
            cwd=data_dir,
            env=_environment(data_dir, key),
            stdout=output,
            stderr=output,
        )
    try:
        yield RunningService(await _address(process, data_dir, log), key)
    finally:
        exit_code = await _stop(process)
    if exit_code != 0:
        message = f"the service ended with exit code {exit_code}: {_last_lines(log)}"
        raise StartupError(message)


def _environment(data_dir: Path, key: str) -> dict[str, str]:
    return child_environment(
        API_KEY=key,
        DATA_DIR=str(data_dir.absolute()),
        EMBEDDING_MODEL="bundled",
        HOST="127.0.0.1",
        PORT="0",
        MIN_FREE_DISK_MB="256",
    )


async def _address(process: asyncio.subprocess.Process, data_dir: Path, log: Path) -> str:
    from netgpt_docs_service.wiring.stores import owner_address  # noqa: PLC0415  imports numpy

    ends_s = time.monotonic() + _START_S
    async with httpx.AsyncClient() as http:
        while time.monotonic() < ends_s and process.returncode is None:
            address = owner_address(data_dir)
            if address is not None and await _answers(http, address):
                return address
            await asyncio.sleep(_POLL_S)
    message = f"the service was not ready after {_START_S:g} s: {_last_lines(log)}"
    raise StartupError(message)


async def _answers(http: httpx.AsyncClient, address: str) -> bool:
    try:
        answer = await http.get(f"{address}/readyz", timeout=2.0)
    except httpx.HTTPError:
        return False
    return answer.status_code == _READY


async def _stop(process: asyncio.subprocess.Process) -> int:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        return await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        process.kill()
        return await process.wait()


def _last_lines(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " | ".join(lines[-5:]) or "it printed nothing"
