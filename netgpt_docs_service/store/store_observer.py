"""What an engine that talks to a server tells whoever measures it."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Protocol


class CircuitState(IntEnum):
    """Whether requests are sent: all of them, one to find out, or none."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Outcome(StrEnum):
    """How a request to the server ended, its retries included."""

    ANSWERED = "answered"
    UNREACHABLE = "unreachable"
    BUSY = "busy"
    THROTTLED = "throttled"
    UNAPPLIED = "unapplied"
    FAILED = "failed"
    NO_ROOM = "no_room"
    KEY_REFUSED = "key_refused"
    MISSING = "missing"
    REJECTED = "rejected"
    CIRCUIT_OPEN = "circuit_open"
    CANCELLED = "cancelled"


class StoreObserver(Protocol):
    """Told what happens, on the event loop; must neither block nor raise."""

    def store_answered(self, operation: str, outcome: Outcome, *, took_s: float) -> None:
        """One request ended; `took_s` counts from its first attempt."""
        ...

    def store_retried(self, operation: str) -> None:
        """One attempt of a request failed and is made again."""
        ...

    def store_circuit_changed(self, state: CircuitState) -> None:
        """Requests are sent, held back or tried, from now on."""
        ...


class SilentObserver:
    """Tells nobody."""

    def store_answered(self, operation: str, outcome: Outcome, *, took_s: float) -> None:
        """Do nothing."""

    def store_retried(self, operation: str) -> None:
        """Do nothing."""

    def store_circuit_changed(self, state: CircuitState) -> None:
        """Do nothing."""
