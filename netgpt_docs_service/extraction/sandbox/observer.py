"""What the sandbox tells whoever measures it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class ProcessEnd(StrEnum):
    """Why a reading process ended."""

    WORN = "worn"
    TIME = "time"
    CPU = "cpu"
    MEMORY = "memory"
    SCRATCH = "scratch"
    CRASHED = "crashed"
    GARBAGE = "garbage"
    LEFT = "left"
    IDLE = "idle"
    NOT_STARTED = "not_started"
    CLOSED = "closed"


class ExtractionObserver(Protocol):
    """Told what happens, on the event loop; must neither block nor raise."""

    def file_extracted(self, outcome: str, *, took_s: float) -> None:
        """One file was read, or refused with an error of the kind `outcome`, or given up."""
        ...

    def files_waiting(self, count: int) -> None:
        """So many files wait for a process from now on."""
        ...

    def readers_running(self, count: int) -> None:
        """So many reading processes run from now on."""
        ...

    def reader_ended(self, reason: ProcessEnd) -> None:
        """One reading process is gone."""
        ...


class SilentObserver:
    """Tells nobody."""

    def file_extracted(self, outcome: str, *, took_s: float) -> None:
        """Do nothing."""

    def files_waiting(self, count: int) -> None:
        """Do nothing."""

    def readers_running(self, count: int) -> None:
        """Do nothing."""

    def reader_ended(self, reason: ProcessEnd) -> None:
        """Do nothing."""
