"""Stop asking a server that cannot be reached, and find out when it can be again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from netgpt_docs_service.store.store_observer import CircuitState

_PROBE_S = 1.0  # what a probe that is under way may still take


class CircuitOpen(Exception):
    """Nothing is sent; it is worth asking again after `retry_after_s`."""

    def __init__(self, retry_after_s: float) -> None:
        """Say how long."""
        super().__init__(f"nothing is sent for {retry_after_s:.1f} s")
        self.retry_after_s = retry_after_s


@dataclass(slots=True, kw_only=True)
class CircuitBreaker:
    """Opens after `threshold` failures in a row; after `open_s` one request probes the server."""

    clock: Callable[[], float]
    on_change: Callable[[CircuitState], None]
    threshold: int = 5
    open_s: float = 5.0
    _state: CircuitState = field(default=CircuitState.CLOSED, init=False)
    _failures: int = field(default=0, init=False)
    _opened_at: float = field(default=0.0, init=False)
    _is_probing: bool = field(default=False, init=False)

    @property
    def is_open(self) -> bool:
        """Whether nothing is sent right now."""
        return self._state is CircuitState.OPEN

    def admit(self) -> bool:
        """Let one request through, or raise CircuitOpen; say whether it is the probe."""
        if self._state is CircuitState.CLOSED:
            return False
        remaining_s = self._opened_at + self.open_s - self.clock()
        if self._state is CircuitState.OPEN and remaining_s > 0:
            raise CircuitOpen(remaining_s)
        if self._is_probing:
            raise CircuitOpen(_PROBE_S)
        self._is_probing = True
        self._enter(CircuitState.HALF_OPEN)
        return True

    def answered(self, *, is_probe: bool = False) -> None:
        """Close: the server was reached; a late answer from before the outage changes nothing."""
        if self._state is not CircuitState.CLOSED and not is_probe:
            return
        self._failures = 0
        self._is_probing = False
        self._enter(CircuitState.CLOSED)

    def failed(self, *, is_probe: bool = False) -> None:
        """Count one request that did not reach the server; a late one of before changes nothing."""
        if self._state is not CircuitState.CLOSED and not is_probe:
            return
        self._failures += 1
        if is_probe or self._failures >= self.threshold:
            self._opened_at = self.clock()
            self._is_probing = False
            self._enter(CircuitState.OPEN)

    def abandoned(self, *, is_probe: bool) -> None:
        """Let another request probe: this one was given up before it knew."""
        if is_probe:
            self._is_probing = False

    def _enter(self, state: CircuitState) -> None:
        if state is not self._state:
            self._state = state
            self.on_change(state)
