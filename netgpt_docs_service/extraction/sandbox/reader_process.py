"""One life of a reading process, as the service sees it."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
from contextlib import suppress

from netgpt_docs_service.domain.files import Extracted, SourceFile
from netgpt_docs_service.errors import ExtractionCrashed, ExtractionUnavailable
from netgpt_docs_service.extraction.sandbox import scratch, wire
from netgpt_docs_service.extraction.sandbox.answers import Garbage, extracted_of, readiness_of
from netgpt_docs_service.extraction.sandbox.isolation import Isolation
from netgpt_docs_service.extraction.sandbox.observer import ProcessEnd
from netgpt_docs_service.extraction.sandbox.plan import SandboxPlan
from netgpt_docs_service.extraction.sandbox.process_end import Death, out_of_time, refusal
from netgpt_docs_service.extraction.sandbox.process_memory import ProcessMemory
from netgpt_docs_service.extraction.sandbox.spawning import Spawned

_LOGGER = logging.getLogger(__name__)
_LOOK_EVERY_S = 0.05
_GRACE_S = 0.5  # between the end of a socket and that of its process, which has freed all else
_LAST_WORDS_BYTES = 4_096
_MIB = 2**20


class ReaderProcess:
    """A process that reads one file at a time, until it is killed or dies of one."""

    def __init__(self, plan: SandboxPlan, spawned: Spawned) -> None:
        """Talk to a process that was just spawned; `ready` comes first, `ended` last."""
        self._plan = plan
        self._process = spawned.process
        self._link = spawned.link
        self._stderr = spawned.stderr
        self._folder = spawned.folder
        self._warm_bytes = 0
        self.files_read = 0
        self.isolation: Isolation | None = None
        """What keeps it from the rest of the machine; None until it is ready."""
        self.end: ProcessEnd | None = None
        """Why it must not be used any more; None as long as it may."""

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be given another file."""
        return self.end is None and not self._has_ended()

    @property
    def grown_bytes(self) -> int:
        """How much more memory it holds than when it was warm."""
        return ProcessMemory.of(self.pid).resident - self._warm_bytes

    async def ready(self, *, timeout_s: float) -> Isolation:
        """Return how it is confined, once its readers are loaded.

        Raises ExtractionUnavailable when they are not.
        """
        self.end = ProcessEnd.NOT_STARTED
        try:
            async with asyncio.timeout(timeout_s):
                body, _ = await self._received()
            ready = readiness_of(body)
        except (OSError, EOFError, Garbage) as error:  # TimeoutError is an OSError
            last_words = self._last_words().decode(errors="replace").strip()
            _LOGGER.error("a reading process did not start (%r): %s", error, last_words)  # noqa: TRY400
            message = "files cannot be read now: the process that reads them does not start"
            raise ExtractionUnavailable(message) from error
        if ready.missing is not None:
            _LOGGER.error("files of some kinds cannot be read: %s", ready.missing)
        self.end = None
        self.isolation = ready.isolation
        self._warm_bytes = ProcessMemory.of(self.pid).resident
        return ready.isolation

    async def read(self, file: SourceFile) -> Extracted:
        """Return what the process reads out of `file`; raises its refusal.

        Afterwards `end` says whether the process has to go, and why.
        """
        self.end = ProcessEnd.LEFT  # until it has answered: a caller may leave at any time
        self.files_read += 1
        memory = _Watch(self.pid)
        watching = asyncio.create_task(memory.look_on())
        try:
            async with asyncio.timeout(self._plan.limits.timeout_s):
                question = self._send(file)
                answer = await self._received()
        except TimeoutError:
            self.end = ProcessEnd.TIME
            raise out_of_time(self._plan.limits) from None
        except (OSError, EOFError) as error:
            self.end, refused = refusal(await self._death(memory), self._plan.limits)
            raise refused from error
        except Garbage as error:
            raise self._nonsense() from error
        finally:
            watching.cancel()
        return self._believed(question, *answer)

    async def ended(self) -> None:
        """End the process and all that it started, and leave nothing behind."""
        self.kill()
        self._link.close()
        try:
            await asyncio.to_thread(self._process.wait)  # killed, it is gone at once
        finally:
            self._stderr.close()
            try:
                await asyncio.to_thread(scratch.remove, self._folder)
            except OSError as error:
                _LOGGER.warning("%s cannot be removed: %s", self._folder, error)

    def kill(self) -> None:
        """End the process and all that it started; call `ended` to clean up after it."""
        if self._process.returncode is None:  # else its number may be another's by now
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def _has_ended(self) -> bool:
        """Whether it is dead; it is left unburied, so that its group keeps its number."""
        if self._process.returncode is not None:
            return True
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, how) is not None

    def _send(self, file: SourceFile) -> str:
        question = secrets.token_hex(16)
        job = {
            "question": question,
            "size_bytes": file.size_bytes,
            "name": file.name,
            "declared_type": file.declared_type,
        }
        opened = _for_reading(file.content.fileno())
        try:
            socket.send_fds(self._link, [wire.framed(job)], [opened])
        finally:
            os.close(opened)
        return question

    async def _received(self) -> tuple[bytearray, bytearray]:
        header = await self._exactly(wire.HEADER.size)
        message_bytes, text_bytes = wire.HEADER.unpack(header)
        if message_bytes > wire.MESSAGE_BYTES or text_bytes > self._plan.read_limits.text_bytes:
            raise Garbage
        return await self._exactly(message_bytes), await self._exactly(text_bytes)

    async def _exactly(self, count: int) -> bytearray:
        data = bytearray(count)
        rest = memoryview(data)
        while rest:
            received = await asyncio.get_running_loop().sock_recv_into(self._link, rest)
            if not received:
                raise EOFError
            rest = rest[received:]
        return data

    def _believed(self, question: str, body: bytearray, text: bytearray) -> Extracted:
        if self._has_said_more():
            raise self._nonsense()
        self.end = ProcessEnd.WORN if self._has_left_something() else None
        memory_mb = self._plan.limits.memory_bytes // _MIB
        try:
            return extracted_of(body, text, question=question, memory_mb=memory_mb)
        except Garbage as error:
            raise self._nonsense() from error

    def _has_said_more(self) -> bool:
        """Whether it went on after its answer, or hung up: it waits for the next file."""
        try:
            self._link.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def _has_left_something(self) -> bool:
        """Whether the next file could find something of this one; what was written is forgotten."""
        try:
            self._stderr.seek(0)  # the process writes where we are
            self._stderr.truncate()
            return any(self._folder.iterdir())
        except OSError:
            return True

    def _nonsense(self) -> ExtractionCrashed:
        self.end = ProcessEnd.GARBAGE
        return ExtractionCrashed("the process that read this file answered nonsense")

    async def _death(self, memory: _Watch) -> Death:
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                while not self._has_ended():  # noqa: ASYNC110  a process that ends tells nobody
                    await asyncio.sleep(0.005)
        is_dead = self._has_ended()
        self.kill()
        exit_code = await asyncio.to_thread(self._process.wait)
        return Death(
            exit_code=exit_code if is_dead else None,
            stderr=self._last_words(),
            grown_bytes=memory.grown_bytes,
        )

    def _last_words(self) -> bytes:
        size = os.fstat(self._stderr.fileno()).st_size
        return os.pread(self._stderr.fileno(), _LAST_WORDS_BYTES, max(0, size - _LAST_WORDS_BYTES))


class _Watch:
    """How far the address space of a process grows while it reads one file."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before = ProcessMemory.of(pid).mapped
        self.grown_bytes = 0

    async def look_on(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            grown = ProcessMemory.of(self._pid).mapped - self._before
            self.grown_bytes = max(self.grown_bytes, grown)


def _for_reading(file: int) -> int:
    """Return a descriptor of the same file through which it cannot be changed."""
    try:
        return os.open(f"/proc/self/fd/{file}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return os.dup(file)
