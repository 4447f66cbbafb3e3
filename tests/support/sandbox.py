"""The sandbox with readers of our own, and files for it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from netgpt_docs_service.domain.files import Extracted, SourceFile
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.sandbox.observer import ProcessEnd
from netgpt_docs_service.extraction.sandbox.plan import ProcessLimits, SandboxPlan
from netgpt_docs_service.extraction.sandbox.process_starter import ProcessStarter
from netgpt_docs_service.extraction.sandbox.sandboxed_extractor import SandboxedExtractor

HOSTILE = "tests.support.hostile_readers:read_file"
_LIMITS = ProcessLimits(timeout_s=20, cpu_s=30, memory_bytes=192 * 2**20, scratch_bytes=2 * 2**20)


@dataclass(slots=True)
class Clock:
    """Time that a test decides."""

    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass(slots=True)
class Record:
    """What the sandbox told."""

    outcomes: list[str] = field(default_factory=list)
    ends: list[ProcessEnd] = field(default_factory=list)
    running: int = 0
    waiting: int = 0

    def file_extracted(self, outcome: str, *, took_s: float) -> None:
        assert took_s >= 0
        self.outcomes.append(outcome)

    def files_waiting(self, count: int) -> None:
        self.waiting = count

    def readers_running(self, count: int) -> None:
        self.running = count

    def reader_ended(self, reason: ProcessEnd) -> None:
        self.ends.append(reason)


@dataclass(slots=True)
class Sandbox:
    """One extractor, and what it told."""

    extractor: SandboxedExtractor
    record: Record
    clock: Clock

    async def read(self, name: str, content: bytes = b"words") -> Extracted:
        """Have a file read; its name tells the reader what to do."""
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.flush()
            sha256 = hashlib.sha256(content).hexdigest()
            return await self.extractor.extract(
                SourceFile(content=file, size_bytes=len(content), sha256=sha256, name=name)
            )

    async def pid(self) -> int:
        """Return the process that reads files now."""
        return int((await self.read("say pid")).text)


def is_running(pid: int) -> bool:
    """Whether a process has not ended; one that nobody has buried yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def plan(*, reader: str = HOSTILE, limits: ProcessLimits = _LIMITS) -> SandboxPlan:
    tests = str(Path(__file__).parents[1])
    return SandboxPlan(reader=reader, read_limits=ReadLimits(), limits=limits, readable=(tests,))


@asynccontextmanager
async def opened_sandbox(
    folder: Path,
    *,
    of: SandboxPlan | None = None,
    processes: int = 1,
    files_per_process: int = 200,
    waiting_limit: int = 64,
) -> AsyncIterator[Sandbox]:
    clock, record = Clock(), Record()
    starter = ProcessStarter(of or plan(), environment={}, scratch_parent=folder, clock=clock)
    extractor = SandboxedExtractor(
        starter,
        fingerprint="test",
        processes=processes,
        files_per_process=files_per_process,
        waiting_limit=waiting_limit,
        observer=record,
    )
    try:
        yield Sandbox(extractor, record, clock)
    finally:
        await extractor.close()
