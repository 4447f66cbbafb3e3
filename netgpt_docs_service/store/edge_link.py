"""One life of the engine process, from its start to the end of its socket."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from netgpt_docs_service.errors import ConfigurationError, InvalidInput, StoreUnavailable
from netgpt_docs_service.store.edge_wire import LENGTH, Answer, Ask, packed, unpacked
from netgpt_docs_service.store.points import AnswerT_co, Request

_LOGGER = logging.getLogger(__name__)
_FAILED = "the store failed on this request"
_START = (
    "import json, sys; path, *arguments = sys.argv[1:]; sys.path[:] = json.loads(path); "
    "from netgpt_docs_service.store.edge_worker import main; main(*arguments)"
)


class EdgeLink:
    """A running engine process and the requests it has not answered yet."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Watch over `process`; `open` makes one."""
        self._process = process
        self._numbers = itertools.count(1)  # 0 is the answer that the shard is loaded
        self._waiting: dict[int, asyncio.Future[object]] = {}
        self._writer: asyncio.StreamWriter
        self._listener: asyncio.Task[None]

    @classmethod
    async def open(
        cls, folder: Path, dimension: int, *, indexes: Mapping[str, str], timeout_s: float
    ) -> EdgeLink:
        """Start the process; return when its shard is loaded.

        Raises StoreUnavailable when it cannot be, ConfigurationError when it has other indexes.
        """
        process, ours = _started(folder, dimension, indexes)
        link = cls(process)
        try:
            reader, link._writer = await asyncio.open_unix_connection(sock=ours)
        except BaseException as error:
            link._reap()
            if isinstance(error, OSError):
                raise _not_started(error) from error
            raise
        loaded = link._expect(0)
        link._listener = asyncio.create_task(link._listen(reader))
        try:
            async with asyncio.timeout(timeout_s):
                await loaded
        except BaseException as error:
            await link.close(timeout_s=0)
            if isinstance(error, TimeoutError):
                msg = f"the shard in {folder} was not loaded in {timeout_s:g} s"
                raise StoreUnavailable(msg) from None
            raise
        return link

    @property
    def pid(self) -> int:
        """The engine process."""
        return self._process.pid

    @property
    def waiting_count(self) -> int:
        """How many requests are not answered yet."""
        return len(self._waiting)

    async def ask(self, request: Request[AnswerT_co]) -> AnswerT_co:
        """Return the answer; raises InvalidInput or StoreUnavailable for the engine."""
        number = next(self._numbers)
        answer = self._expect(number)
        try:
            self._writer.write(packed(Ask(number, request)))
            await self._writer.drain()
            return await answer  # type: ignore[return-value]  # the other half answers in kind
        except ConnectionError as error:
            # A write may notice before the listener does; the next caller must not meet this link.
            await self.ended()
            raise _ended() from error
        finally:
            self._waiting.pop(number, None)

    async def ended(self) -> None:
        """Return when the process has closed its end, whatever the reason."""
        await asyncio.wait([self._listener])

    async def close(self, *, timeout_s: float) -> None:
        """Hang up and let the process flush; kill it when that takes longer than `timeout_s`."""
        self._writer.close()
        self._listener.cancel()
        self._fail_waiting()
        try:
            await asyncio.wait([self._listener])
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._process.wait, timeout_s)
        finally:  # even a cancelled close leaves no process behind
            self._reap()

    def _reap(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()  # killed, it is gone at once

    def _expect(self, number: int) -> asyncio.Future[object]:
        answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        return answer

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                message = unpacked(await reader.readexactly(length))
                if isinstance(message, Answer):
                    self._settle(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._fail_waiting()

    def _settle(self, message: Answer) -> None:
        answer = self._waiting.pop(message.number, None)
        if answer is None or answer.done():
            return
        is_start = message.number == 0  # then the operator reads it, and no caller
        if message.refused is not None:
            answer.set_exception(
                ConfigurationError(message.refused)
                if is_start
                else InvalidInput(f"the store cannot hold this: {message.refused}")
            )
        elif message.failed is not None:
            _LOGGER.error("the engine failed on a request: %s", message.failed)
            reason = f"the engine failed: {message.failed}" if is_start else _FAILED
            answer.set_exception(StoreUnavailable(reason))
        else:
            answer.set_result(message.value)

    def _fail_waiting(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(_ended())
        self._waiting.clear()


def _started(
    folder: Path, dimension: int, indexes: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    try:
        ours, theirs = socket.socketpair()
    except OSError as error:
        raise _not_started(error) from error
    place = (str(theirs.fileno()), str(os.getpid()), str(folder))
    arguments = (*place, str(dimension), json.dumps(dict(indexes)))
    with theirs:
        try:
            process = subprocess.Popen(  # noqa: S603  our own interpreter, no shell
                [sys.executable, "-c", _START, json.dumps(sys.path), *arguments],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C goes to the whole foreground group
            )
        except OSError as error:
            ours.close()
            raise _not_started(error) from error
    return process, ours


def _ended() -> StoreUnavailable:
    return StoreUnavailable("the engine process ended before it answered")


def _not_started(error: OSError) -> StoreUnavailable:
    return StoreUnavailable(f"the engine process cannot be started: {error}")
