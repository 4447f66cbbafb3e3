"""Read points as most replicas have them, so that a writer learns whether it won."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from qdrant_client import models

from netgpt_docs_service.errors import StoreUnavailable
from netgpt_docs_service.store.points import Point
from netgpt_docs_service.store.server_replicas import Consistency

# More than half of the replicas, which must agree. "majority" sounds right and is not: the server
# then wants every replica active, and no flip could be read back with one node of three down.
_SETTLED = models.ReadConsistencyType.QUORUM
_WAITS_S = (0.02, 0.05, 0.1, 0.2)
_AGREEING_S = 1.0


class Read(Protocol):
    """Read the same points again, from so many replicas; by default as every other read."""

    def __call__(self, consistency: Consistency = ...) -> Awaitable[list[Point]]:
        """Return those that are there."""
        ...


async def settled(
    ids: Sequence[str], read: Read, *, sleep: Callable[[float], Awaitable[None]]
) -> list[Point]:
    """Return the points of `ids` on which the replicas agree.

    A point that two of the asked replicas have in two versions is in neither answer, as one that
    is gone: what is missing is read again for 0.4 s. Raises StoreUnavailable when one replica has
    it even then.
    """
    points = await read(_SETTLED)
    for wait_s in _WAITS_S:
        if len(points) == len(set(ids)):
            return points
        await sleep(wait_s)
        points = await read(_SETTLED)
    agreed = {point.id for point in points}
    if any(point.id not in agreed for point in await read()):
        message = "the replicas of the vector store do not agree on what was written yet"
        raise StoreUnavailable(message, retry_after_s=_AGREEING_S)
    return points
