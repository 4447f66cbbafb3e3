"""The work that waits for the engine: two bounded lanes, cut into small units."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.observer import Backlog, Lane
from netgpt_docs_service.errors import LimitExceeded, Overloaded, Unavailable

# Tokens in one run of the engine, padding included: what a query waits for at worst. On two cores
# MiniLM does 4,300 tokens/s with 2 x 256 (0.12 s a unit) and no more than 4,700 with any size;
# bge-small 2,400 with 1 x 512 (0.22 s) and the same with 2, 4 and 8.
UNIT_TOKENS = 512
# A run costs about 10 ms however small: as much as 40 to 60 tokens. More padding than that is
# dearer than a run of its own.
_PADDING_TOKENS = 64
_FORGET = 0.9  # of what was measured before, at each run: about ten runs are remembered


@dataclass(slots=True, eq=False)
class Call:
    """One caller's texts; a future that fails or is cancelled takes them off the queue."""

    lane: Lane
    size: int
    queued_at: float
    future: Future[list[Vector]] = field(default_factory=Future)
    _vectors: dict[int, Vector] = field(default_factory=dict)

    def fill(self, index: int, vector: Vector) -> None:
        """Keep the vector of text `index`; the last one answers the caller."""
        self._vectors[index] = vector
        if len(self._vectors) == self.size:
            with suppress(InvalidStateError):  # the caller has gone
                self.future.set_result([self._vectors[each] for each in range(self.size)])

    def fail(self, error: Exception) -> None:
        """Answer the caller with `error`, unless it has gone or has its answer."""
        with suppress(InvalidStateError):
            self.future.set_exception(error)


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One input of the model, special tokens included, and where its vector belongs."""

    call: Call
    index: int
    ids: Sequence[int]


class WorkQueue:
    """Hold calls until the engine takes them; each lane takes at most `limit_tokens`.

    The lanes are bounded apart, so that a full ingest lane refuses no query.
    """

    def __init__(self, *, limit_tokens: int, tokens_per_s: float) -> None:
        """Start empty; `tokens_per_s` is the engine's speed until it has been measured."""
        self._limit_tokens = limit_tokens
        self._lanes: dict[Lane, deque[Text]] = {lane: deque() for lane in Lane}
        self._tokens = dict.fromkeys(Lane, 0)
        self._changed = threading.Condition()
        self._closed = False
        self._done_tokens, self._done_s = tokens_per_s, 1.0

    @property
    def backlog(self) -> Backlog:
        """What waits now."""
        return Backlog(
            query_tokens=self._tokens[Lane.QUERY],
            ingest_tokens=self._tokens[Lane.INGEST],
            tokens_per_s=self._done_tokens / self._done_s,
        )

    def put(self, lane: Lane, inputs: Sequence[Sequence[int]]) -> Future[list[Vector]]:
        """Return the future of the vectors of `inputs`, in order; cancel it to drop them.

        Raises LimitExceeded when the lane could never hold them, Overloaded when it cannot now.
        """
        tokens = sum(map(len, inputs))
        if tokens > self._limit_tokens:
            msg = f"these texts have {tokens} tokens; the queue takes {self._limit_tokens} at once"
            raise LimitExceeded(msg)
        call = Call(lane, size=len(inputs), queued_at=time.perf_counter())
        # Neighbours of like length share a unit with little padding.
        order = sorted(range(len(inputs)), key=lambda index: len(inputs[index]))
        with self._changed:
            self._admit(lane, tokens)
            self._lanes[lane].extend(Text(call, index, inputs[index]) for index in order)
            self._tokens[lane] += tokens
            self._changed.notify()
        call.future.add_done_callback(lambda _: self._drop_rest(call))
        return call.future

    def take(self) -> list[Text]:
        """Wait for work and return the next unit, queries first; nothing means closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or any(self._lanes.values()))
            if self._closed:
                return []
            lane = Lane.QUERY if self._lanes[Lane.QUERY] else Lane.INGEST
            unit = _cut(self._lanes[lane])
            self._tokens[lane] -= sum(len(text.ids) for text in unit)
            return unit

    def measured(self, *, tokens: int, compute_s: float) -> None:
        """Learn the engine's speed from one more run."""
        with self._changed:
            self._done_tokens = self._done_tokens * _FORGET + tokens
            self._done_s = self._done_s * _FORGET + compute_s

    def close(self) -> None:
        """Take nothing more, and fail every call that waits."""
        with self._changed:
            self._closed = True
            waiting = {text.call for lane in self._lanes.values() for text in lane}
            self._changed.notify_all()
        for call in waiting:
            call.fail(_closed())

    def _admit(self, lane: Lane, tokens: int) -> None:
        if self._closed:
            raise _closed()
        if self._tokens[lane] + tokens <= self._limit_tokens:
            return
        backlog = self.backlog
        ahead = backlog.query_tokens if lane is Lane.QUERY else sum(self._tokens.values())
        msg = (
            f"{self._tokens[lane]} tokens wait in the {lane} lane and {tokens} more do not fit; "
            f"it takes {self._limit_tokens}"
        )
        raise Overloaded(msg, retry_after_s=ahead / backlog.tokens_per_s)

    def _drop_rest(self, call: Call) -> None:
        if not call.future.cancelled() and call.future.exception() is None:
            return  # answered: nothing of it waits
        with self._changed:
            lane = self._lanes[call.lane]
            kept = deque(text for text in lane if text.call is not call)
            self._lanes[call.lane] = kept
            self._tokens[call.lane] = sum(len(text.ids) for text in kept)


def _cut(lane: deque[Text]) -> list[Text]:
    unit = [lane.popleft()]
    longest = tokens = len(unit[0].ids)
    while lane:
        longest = max(longest, len(lane[0].ids))
        tokens += len(lane[0].ids)
        padded = longest * (len(unit) + 1)
        if padded > UNIT_TOKENS or padded - tokens > _PADDING_TOKENS:
            break
        unit.append(lane.popleft())
    return unit


def _closed() -> Unavailable:
    return Unavailable("the embedding engine is shutting down")
