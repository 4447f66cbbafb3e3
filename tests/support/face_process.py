"""A test face of a Qdrant server in a process of its own: to stop, to freeze and to kill."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

_START_TIMEOUT_S = 30.0
_END_TIMEOUT_S = 10.0

API_KEY = "face-key-of-the-tests"


class FaceProcess:
    """One running face; `urls` has an address for each peer."""

    def __init__(self, process: asyncio.subprocess.Process, urls: list[str]) -> None:
        self._process = process
        self.urls = urls

    @classmethod
    async def start(cls, folder: Path, *, port: int = 0, peers: int = 1) -> FaceProcess:
        """Return when it listens; what is in `folder` is there again."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.qdrant_face", "--until-eof"),
            *("--folder", str(folder), "--port", str(port), "--peers", str(peers)),
            *("--api-key", API_KEY),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), _START_TIMEOUT_S)
        assert line, f"the face ended with {await process.wait()}"
        return cls(process, line.decode().split())

    @property
    def url(self) -> str:
        return self.urls[0]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def declare_peer(self, number: int, state: str) -> None:
        """Let the others take a peer for "Dead", or for "Active" again."""
        async with httpx.AsyncClient(headers={"api-key": API_KEY}) as client:
            answer = await client.put(f"{self.url}/face/peers/{number}/state", content=state)
        answer.raise_for_status()

    def pause(self) -> None:
        """Freeze it: it accepts connections and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """End it as a crash does."""
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        if self._process.returncode is not None:
            return
        self.resume()
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _END_TIMEOUT_S)
        except TimeoutError:
            await self.kill()


@asynccontextmanager
async def running_face(folder: Path, *, peers: int = 1) -> AsyncIterator[FaceProcess]:
    """Run a face around a test."""
    face = await FaceProcess.start(folder, peers=peers)
    try:
        yield face
    finally:
        await face.stop()
