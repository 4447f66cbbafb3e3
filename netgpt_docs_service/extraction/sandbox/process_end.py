"""What the end of a reading process says about the file it was reading."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from netgpt_docs_service.errors import ExtractionCrashed, FileRefused, UnsafeFile
from netgpt_docs_service.extraction.sandbox.observer import ProcessEnd
from netgpt_docs_service.extraction.sandbox.plan import ProcessLimits

_MIB = 2**20
# Rust, C++, Python and the C library, each in its words.
_OUT_OF_MEMORY = re.compile(
    rb"memory allocation of \d+ bytes failed|bad_alloc|MemoryError|out of memory|cannot allocate",
    re.IGNORECASE,
)
_OF_LIMITS = {
    signal.SIGXCPU: ProcessEnd.CPU,
    signal.SIGXFSZ: ProcessEnd.SCRATCH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """How a process ended: its exit code as `subprocess` has it, None while it still runs.

    `grown_bytes` is the most that its address space was seen to grow while it read the file.
    """

    exit_code: int | None
    stderr: bytes
    grown_bytes: int

    def reason(self, limits: ProcessLimits) -> ProcessEnd:
        """Return which limit it was, as far as one can tell."""
        if self.exit_code is not None and -self.exit_code in _OF_LIMITS:
            return _OF_LIMITS[signal.Signals(-self.exit_code)]
        is_memory = _OUT_OF_MEMORY.search(self.stderr) is not None
        # Libraries that run out of memory end in an abort, a trap or a null pointer without a word.
        is_memory |= self.grown_bytes * 2 > limits.memory_bytes and self._was_killed
        return ProcessEnd.MEMORY if is_memory else ProcessEnd.CRASHED

    @property
    def _was_killed(self) -> bool:
        return self.exit_code is not None and self.exit_code < 0

    def __str__(self) -> str:
        """Say it for a log line or a caller; what the process wrote may quote the file."""
        if self.exit_code is None:
            return "it hung up"
        if self.exit_code >= 0:
            return f"exit code {self.exit_code}"
        try:
            return signal.Signals(-self.exit_code).name
        except ValueError:  # a real-time signal
            return f"signal {-self.exit_code}"


def refusal(death: Death, limits: ProcessLimits) -> tuple[ProcessEnd, FileRefused]:
    """Return why the process died, and the error of the file that it was reading."""
    reason = death.reason(limits)
    taken = {
        ProcessEnd.CPU: f"{limits.cpu_s:g} s of computing",
        ProcessEnd.MEMORY: f"{limits.memory_bytes // _MIB} MiB of memory",
        ProcessEnd.SCRATCH: f"{limits.scratch_bytes // _MIB} MiB in a temporary file",
    }.get(reason)
    if taken is not None:
        return reason, UnsafeFile(f"reading this file takes more than {taken}")
    return reason, ExtractionCrashed(f"the process that read this file died of it ({death})")


def out_of_time(limits: ProcessLimits) -> FileRefused:
    """Return the error of a file that was not read in time."""
    return UnsafeFile(f"reading this file takes more than {limits.timeout_s:g} s")
