"""The order of writes: every accepted write gets a number above all that came before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class SequenceClock:
    """Number accepted writes in microseconds, never twice and never backwards.

    A caller that was answered and writes again comes later, even when the system clock was set
    back: `seen` is the highest sequence its document's manifest has. Numbers stay below 2^53,
    because the engine compares them as doubles.
    """

    now_us: Callable[[], int]
    _last: int = field(default=0, init=False)

    def accept(self, seen: int) -> int:
        """Return a sequence above `seen` and above every one returned before."""
        self._last = max(self.now_us(), self._last + 1, seen + 1)
        return self._last
