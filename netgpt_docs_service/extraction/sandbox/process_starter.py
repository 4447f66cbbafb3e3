"""Start reading processes, and rest for a while when they do not start."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from netgpt_docs_service.errors import ExtractionUnavailable
from netgpt_docs_service.extraction.sandbox.isolation import Isolation
from netgpt_docs_service.extraction.sandbox.plan import SandboxPlan
from netgpt_docs_service.extraction.sandbox.reader_process import ReaderProcess
from netgpt_docs_service.extraction.sandbox.scratch import ScratchRoot
from netgpt_docs_service.extraction.sandbox.spawning import spawn

_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.5, 30.0


class ProcessStarter:
    """Makes the processes of one service, all alike."""

    def __init__(
        self,
        plan: SandboxPlan,
        *,
        environment: Mapping[str, str],
        scratch_parent: Path | None = None,
        timeout_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Give a process `timeout_s` to load its readers; `environment` is all it gets of ours."""
        self._plan = plan
        self._environment = environment
        self._scratch_parent = scratch_parent
        self._scratch: ScratchRoot | None = None
        self._timeout_s = timeout_s
        self._clock = clock
        self._pause_s = _FIRST_PAUSE_S
        self._not_before = 0.0

    def spawn(self) -> ReaderProcess:
        """Start a process, which gets `ready` next.

        Raises ExtractionUnavailable when that fails, or failed a moment ago.
        """
        remaining_s = self._not_before - self._clock()
        if remaining_s > 0:
            message = "files cannot be read now: the process that reads them did not start"
            raise ExtractionUnavailable(message, retry_after_s=remaining_s)
        try:
            if self._scratch is None:
                self._scratch = ScratchRoot(self._scratch_parent)
            folder = self._scratch.make()
            return ReaderProcess(
                self._plan, spawn(self._plan, folder, environment=self._environment)
            )
        except OSError as error:
            self._rest()
            message = "files cannot be read now: no process can be started to read them"
            raise ExtractionUnavailable(message, retry_after_s=self._pause_s) from error

    async def ready(self, process: ReaderProcess) -> Isolation:
        """Return when `process` can read; raises ExtractionUnavailable when it cannot."""
        try:
            isolation = await process.ready(timeout_s=self._timeout_s)
        except ExtractionUnavailable:
            self._rest()
            raise
        self._pause_s = _FIRST_PAUSE_S
        return isolation

    def close(self) -> None:
        """Remove the scratch directories of all processes."""
        if self._scratch is not None:
            self._scratch.close()
            self._scratch = None

    def _rest(self) -> None:
        self._not_before = self._clock() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LAST_PAUSE_S)
