"""Files are read in processes of their own, of which there are a few."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from netgpt_docs_service.domain.files import Extracted, SourceFile
from netgpt_docs_service.errors import (
    ExtractionUnavailable,
    FileRefused,
    Overloaded,
    ServiceError,
)
from netgpt_docs_service.extraction.sandbox.isolation import Isolation
from netgpt_docs_service.extraction.sandbox.observer import (
    ExtractionObserver,
    ProcessEnd,
    SilentObserver,
)
from netgpt_docs_service.extraction.sandbox.process_starter import ProcessStarter
from netgpt_docs_service.extraction.sandbox.reader_process import ReaderProcess

_LOGGER = logging.getLogger(__name__)
_CLOSE_S = 5.0
_KEPT_BYTES = 128 * 2**20  # of a file's memory, after it: what a large document leaves in the heap
_RETRY_AFTER_S = 2.0
_SILENT = SilentObserver()


class SandboxedExtractor:
    """Read files in child processes; a file that breaks its process breaks nothing else."""

    def __init__(
        self,
        starter: ProcessStarter,
        *,
        fingerprint: str,
        processes: int = 1,
        files_per_process: int = 200,
        waiting_limit: int = 64,
        observer: ExtractionObserver = _SILENT,
    ) -> None:
        """Read at most `processes` files at once, while at most `waiting_limit` others wait.

        A process is replaced after `files_per_process` files, or when it keeps too much memory.
        """
        self._starter = starter
        self._fingerprint = fingerprint
        self._files_per_process = files_per_process
        self._waiting_limit = waiting_limit
        self._observer = observer
        self._free = asyncio.Semaphore(processes)
        self._idle: list[ReaderProcess] = []
        self._busy: set[ReaderProcess] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._is_closed = False
        self._isolation: Isolation | None = None

    @property
    def fingerprint(self) -> str:
        """Name everything that decides which text comes out."""
        return self._fingerprint

    @property
    def isolation(self) -> Isolation | None:
        """What keeps the processes from the rest of the machine; None before the first is ready."""
        return self._isolation

    async def warm(self) -> None:
        """Start a process if there is none; raises ExtractionUnavailable when it does not start."""
        async with self._process():
            pass

    async def extract(self, file: SourceFile) -> Extracted:
        """Return the text of `file`; see the port.

        Raises ExtractionUnavailable when no process can be started, which is no fault of the file.
        """
        began_s = time.monotonic()
        outcome = "cancelled"
        try:
            async with self._process() as process:
                extracted = await process.read(file)
            outcome = "read"
        except ServiceError as error:
            outcome = error.kind
            raise
        finally:
            self._observer.file_extracted(outcome, took_s=time.monotonic() - began_s)
        return extracted

    async def close(self) -> None:
        """End all processes and remove what they wrote; who waits gets ExtractionUnavailable."""
        self._is_closed = True
        for process in (*self._idle, *self._busy):
            process.end = ProcessEnd.CLOSED
            process.kill()
        for process in self._idle:
            self._bury(process)
        self._idle.clear()
        await asyncio.sleep(0)
        if self._ending:
            await asyncio.wait(self._ending, timeout=_CLOSE_S)
        await asyncio.to_thread(self._starter.close)

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[ReaderProcess]:
        """Lend a process that is warm, once it is this caller's turn."""
        await self._take_turn()
        process: ReaderProcess | None = None
        try:
            process = self._idle_one() or self._starter.spawn()
            self._busy.add(process)
            self._tell_running()
            if process.isolation is None:
                self._learn(await self._starter.ready(process))
            yield process
        except FileRefused as error:
            if not self._is_closed:
                raise
            if process is not None:
                process.end = ProcessEnd.CLOSED  # it was killed, and not by this file
            raise _closed() from error
        finally:
            if process is not None:
                self._give_back(process)
            self._free.release()

    async def _take_turn(self) -> None:
        if self._free.locked() and self._waiting >= self._waiting_limit:
            message = f"{self._waiting} files wait to be read; this one was not queued"
            raise Overloaded(message, retry_after_s=_RETRY_AFTER_S)
        self._count_waiting(1)
        try:
            await self._free.acquire()
        finally:
            self._count_waiting(-1)
        if self._is_closed:
            self._free.release()
            raise _closed()

    def _idle_one(self) -> ReaderProcess | None:
        while self._idle:
            process = self._idle.pop()
            if process.is_alive:
                return process
            process.end = ProcessEnd.IDLE
            self._bury(process)
        return None

    def _give_back(self, process: ReaderProcess) -> None:
        self._busy.discard(process)
        if process.end is None and self._is_worn(process):
            process.end = ProcessEnd.WORN
        if process.end is None:
            self._idle.append(process)
        else:
            self._bury(process)

    def _is_worn(self, process: ReaderProcess) -> bool:
        is_old = process.files_read >= self._files_per_process
        return is_old or process.grown_bytes > _KEPT_BYTES

    def _bury(self, process: ReaderProcess) -> None:
        """Kill at once; whoever left it does not wait for its end."""
        process.kill()
        self._observer.reader_ended(process.end or ProcessEnd.CLOSED)
        ending = asyncio.create_task(process.ended())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        self._tell_running()

    def _count_waiting(self, change: int) -> None:
        self._waiting += change
        self._observer.files_waiting(self._waiting)

    def _tell_running(self) -> None:
        self._observer.readers_running(len(self._idle) + len(self._busy))

    def _learn(self, isolation: Isolation) -> None:
        if self._isolation is None:
            self._isolation = isolation
            # Few containers may make a network; where there is no wall at all, say so.
            is_held = isolation.system_calls and isolation.files
            level = logging.INFO if is_held else logging.WARNING
            _LOGGER.log(level, "files are read in processes of their own; %s", isolation)


def _closed() -> ExtractionUnavailable:
    return ExtractionUnavailable("the service is closing; no more files are read")
