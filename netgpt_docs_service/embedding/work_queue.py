"""The work that waits for the engines: two bounded lanes, cut into small units."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.calls import Call, Text, token_count
from netgpt_docs_service.embedding.ingest_line import IngestLine
from netgpt_docs_service.embedding.observer import Backlog, EmbeddingObserver, Lane
from netgpt_docs_service.embedding.query_line import QueryLine
from netgpt_docs_service.errors import LimitExceeded, Overloaded, Unavailable

# Tokens alone would let 300,000 texts of three tokens wait. A waiting call of one text holds about
# 5 kB besides its tokens, its task and futures included: 20 MB a lane. Questions that would come
# after 4,096 others would wait for 10 s.
MOST_TEXTS = 4_096
_FORGET = 0.9  # of what was measured before, at each run: about ten runs are remembered


class Line(Protocol):
    """Calls that wait in one lane, in the order in which the lane serves them."""

    @property
    def calls(self) -> Collection[Call]:
        """Who waits."""
        ...

    def add(self, call: Call, texts: Sequence[Text]) -> None:
        """Let `texts` of a new call wait."""
        ...

    def drop(self, call: Call) -> Sequence[Text]:
        """Take away and return what still waits of `call`."""
        ...

    def cut(self) -> list[Text]:
        """Take the next unit; somebody must be waiting."""
        ...


class WorkQueue:
    """Hold calls until an engine takes them; each lane takes at most `limit_tokens`.

    The lanes are bounded apart, so that a full ingest lane refuses no query. Whoever takes a unit
    tells what became of its texts; the queue tells of the others. Safe to call from several
    threads.
    """

    def __init__(
        self, *, limit_tokens: int, tokens_per_s: float, observer: EmbeddingObserver
    ) -> None:
        """Start empty; `tokens_per_s` is the speed of each lane until it has been measured."""
        lock = threading.Lock()
        self._observer = observer
        self._lock = lock
        self._limit_tokens = limit_tokens
        self._lanes = {
            Lane.QUERY: _LaneState(QueryLine(), threading.Condition(lock), tokens_per_s),
            Lane.INGEST: _LaneState(IngestLine(), threading.Condition(lock), tokens_per_s),
        }
        self._closed = False

    @property
    def backlog(self) -> Backlog:
        """What waits now."""
        query, ingest = self._lanes[Lane.QUERY], self._lanes[Lane.INGEST]
        return Backlog(
            query_tokens=query.tokens,
            query_padded_tokens=query.padded_tokens,
            ingest_tokens=ingest.tokens,
            query_tokens_per_s=query.tokens_per_s,
            ingest_tokens_per_s=ingest.tokens_per_s,
        )

    def put(self, lane: Lane, inputs: Sequence[Sequence[int]]) -> Future[list[Vector]]:
        """Return the future of the vectors of `inputs`, in order; cancel it to drop them.

        Raises LimitExceeded when the lane could never hold them, Overloaded when it cannot now.
        """
        tokens = sum(map(len, inputs))
        for count, limit, unit in self._bounds(tokens, len(inputs)):
            if count > limit:
                msg = f"these texts have {count} {unit}; the queue takes {limit} at once"
                raise LimitExceeded(msg)
        call = Call(lane, size=len(inputs), queued_at=time.perf_counter())
        texts = [Text(call, index, ids) for index, ids in enumerate(inputs)]
        with self._lock:
            self._admit(lane, tokens, len(texts))
            # Told under the lock: nobody hears of these texts before that they were taken on.
            self._observer.queued(lane, texts=len(texts), tokens=tokens)
            self._lanes[lane].add(call, texts, tokens)
        call.future.add_done_callback(lambda _: self._drop_rest(call))
        return call.future

    def take(self, lane: Lane) -> list[Text]:
        """Wait for work and return the lane's next unit; nothing means closed."""
        state = self._lanes[lane]
        with self._lock:
            state.arrival.wait_for(lambda: self._closed or state.line.calls)
            return [] if self._closed else state.cut()

    def measured(self, lane: Lane, *, tokens: int, compute_s: float, workers: int) -> None:
        """Learn a lane's speed from one more run; `workers` such runs go on at the same time."""
        with self._lock:
            state = self._lanes[lane]
            state.done_tokens = state.done_tokens * _FORGET + tokens
            state.done_s = state.done_s * _FORGET + compute_s / workers

    def close(self) -> None:
        """Take nothing more, and fail every call that waits."""
        with self._lock:
            self._closed = True
            waiting = [call for state in self._lanes.values() for call in state.line.calls]
            for state in self._lanes.values():
                state.arrival.notify_all()
        for call in waiting:
            call.fail(_closed())

    def _bounds(self, tokens: int, texts: int) -> tuple[tuple[int, int, str], ...]:
        return (tokens, self._limit_tokens, "tokens"), (texts, MOST_TEXTS, "texts")

    def _admit(self, lane: Lane, tokens: int, texts: int) -> None:
        if self._closed:
            raise _closed()
        state = self._lanes[lane]
        waiting = self._bounds(state.tokens, state.texts)
        for (waits, limit, unit), more in zip(waiting, (tokens, texts), strict=True):
            if waits + more > limit:
                self._observer.refused(lane, texts=texts, tokens=tokens)
                msg = (
                    f"{waits} {unit} wait in the {lane} lane and {more} more do not fit; "
                    f"it takes {limit}"
                )
                raise Overloaded(msg, retry_after_s=state.tokens / state.tokens_per_s)

    def _drop_rest(self, call: Call) -> None:
        if not call.future.cancelled() and call.future.exception() is None:
            return  # answered: nothing of it waits
        with self._lock:
            dropped = self._lanes[call.lane].drop(call)
        if dropped:
            tokens = token_count(dropped)
            self._observer.dropped(call.lane, texts=len(dropped), tokens=tokens)


@dataclass(slots=True)
class _LaneState:
    line: Line
    arrival: threading.Condition
    done_tokens: float  # over `done_s`; both are sums that forget
    done_s: float = 1.0
    tokens: int = 0
    padded_tokens: int = 0
    texts: int = 0

    @property
    def tokens_per_s(self) -> float:
        return self.done_tokens / self.done_s

    def add(self, call: Call, texts: Sequence[Text], tokens: int) -> None:
        self.line.add(call, texts)
        self.tokens += tokens
        self.padded_tokens += sum(text.width for text in texts)
        self.texts += len(texts)
        self.arrival.notify_all()  # one call may be work for every worker of the lane

    def cut(self) -> list[Text]:
        unit = self.line.cut()
        self._gone(unit)
        return unit

    def drop(self, call: Call) -> Sequence[Text]:
        dropped = self.line.drop(call)
        self._gone(dropped)
        return dropped

    def _gone(self, texts: Sequence[Text]) -> None:
        self.tokens -= token_count(texts)
        self.padded_tokens -= sum(text.width for text in texts)
        self.texts -= len(texts)


def _closed() -> Unavailable:
    return Unavailable("the embedding engine is shutting down")
