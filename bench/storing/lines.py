"""Lines of a table, each with what it must keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line of the table; a limit of None is only reported."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    is_floor: bool = False

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return "-"
        kept = self.value >= self.limit if self.is_floor else self.value <= self.limit
        return f"{'PASS' if kept else 'FAIL'} ({'≥' if self.is_floor else '≤'} {self.limit:g})"

    def __str__(self) -> str:
        return f"{self.name:52} {self.value:10.2f} {self.unit:9} {self.verdict}"
