"""What a store changes in the engine that keeps its points; `condition` makes it a compare-and-set.

A change that lost its race is answered like one that won: read back to learn which.
"""

from __future__ import annotations

from dataclasses import dataclass

from netgpt_docs_service.store.filters import ScopedFilter
from netgpt_docs_service.store.points import Point, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsert(Request[None]):
    """Insert points, or replace those that meet `condition`; insert none with `update_only`."""

    points: tuple[Point, ...]
    condition: ScopedFilter | None = None
    update_only: bool = False


@dataclass(frozen=True, slots=True)
class Fence(Request[None]):
    """Replace a point that meets `condition`; insert nothing, and need not be durable."""

    point: Point
    condition: ScopedFilter


@dataclass(frozen=True, slots=True)
class Delete(Request[None]):
    """Delete the points of `ids`, or those among them that meet `condition`."""

    ids: tuple[str, ...]
    condition: ScopedFilter | None = None


@dataclass(frozen=True, slots=True)
class Flush(Request[None]):
    """Make everything written so far durable; one flush answers all that wait for one."""
