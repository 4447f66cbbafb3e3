from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from netgpt_docs_service.embedding.calls import UNIT_TOKENS
from netgpt_docs_service.embedding.observer import Lane, NullObserver
from netgpt_docs_service.embedding.work_queue import MOST_TEXTS, WorkQueue
from netgpt_docs_service.errors import LimitExceeded, Overloaded, Unavailable
from tests.support.models import RecordingObserver


@pytest.fixture
def queue(observer: RecordingObserver) -> WorkQueue:
    return WorkQueue(limit_tokens=2_000, tokens_per_s=1_000, observer=observer)


@pytest.fixture
def traced_bytes() -> Iterator[Callable[[], int]]:
    """Return what Python has allocated since the test began and not freed."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()


def test_a_unit_holds_no_more_than_its_tokens(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * 200] * 5)
    assert [len(queue.take(Lane.INGEST)) for _ in range(3)] == [2, 2, 1]


@pytest.mark.parametrize("lane", Lane)
def test_a_text_longer_than_a_unit_runs_alone(queue: WorkQueue, lane: Lane) -> None:
    queue.put(lane, [[1] * (UNIT_TOKENS + 1), [1] * (UNIT_TOKENS + 1)])
    assert len(queue.take(lane)) == 1


def test_a_full_lane_refuses_with_the_seconds_it_needs(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * 500] * 3)
    queue.put(Lane.QUERY, [[1] * 500])
    with pytest.raises(Overloaded, match="1500 tokens wait in the ingest lane") as refused:
        queue.put(Lane.INGEST, [[1] * 501])
    assert refused.value.retry_after_s == pytest.approx(1.5)


def test_each_lane_is_timed_by_its_own_speed(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * 500] * 4)
    queue.put(Lane.QUERY, [[1] * 500] * 4)
    for _ in range(100):
        queue.measured(Lane.QUERY, tokens=50, compute_s=0.1, workers=1)
        queue.measured(Lane.INGEST, tokens=400, compute_s=0.1, workers=1)
    with pytest.raises(Overloaded) as question:
        queue.put(Lane.QUERY, [[1]])
    with pytest.raises(Overloaded) as ingest:
        queue.put(Lane.INGEST, [[1]])
    assert question.value.retry_after_s == pytest.approx(4.0, rel=0.01)
    assert ingest.value.retry_after_s == pytest.approx(0.5, rel=0.01)


def test_a_full_ingest_lane_refuses_no_query(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * 500] * 4)
    queue.put(Lane.QUERY, [[1] * 12])
    assert queue.take(Lane.QUERY)[0].call.lane is Lane.QUERY


def test_what_could_never_fit_is_not_asked_to_come_again(queue: WorkQueue) -> None:
    with pytest.raises(LimitExceeded, match="2001 tokens; the queue takes 2000"):
        queue.put(Lane.INGEST, [[1] * 2_001])


def test_texts_are_bounded_however_short_they_are() -> None:
    queue = WorkQueue(limit_tokens=1_000_000, tokens_per_s=1_000, observer=NullObserver())
    for _ in range(MOST_TEXTS):
        queue.put(Lane.QUERY, [[1]])
    with pytest.raises(Overloaded, match="4096 texts wait in the query lane") as refused:
        queue.put(Lane.QUERY, [[1]])
    assert refused.value.retry_after_s == pytest.approx(4.096)
    with pytest.raises(LimitExceeded, match="4097 texts; the queue takes 4096"):
        queue.put(Lane.INGEST, [[1]] * (MOST_TEXTS + 1))


@pytest.mark.parametrize("lane", Lane)
def test_what_is_refused_holds_no_memory(lane: Lane, traced_bytes: Callable[[], int]) -> None:
    queue = WorkQueue(limit_tokens=1_000_000, tokens_per_s=1_000, observer=NullObserver())
    waiting = [queue.put(lane, [[1] * 12]) for _ in range(MOST_TEXTS)]
    full_bytes = traced_bytes()
    for _ in range(10_000 - MOST_TEXTS):
        with pytest.raises(Overloaded):
            queue.put(lane, [[1] * 12])
    assert full_bytes < 20_000_000
    assert traced_bytes() - full_bytes < 1_000_000  # 20 MB, if it were kept
    assert len(waiting) == MOST_TEXTS


@pytest.mark.parametrize("lane", Lane)
def test_a_cancelled_call_frees_its_room_at_once(queue: WorkQueue, lane: Lane) -> None:
    gone = queue.put(lane, [[1] * size for size in (500, 500, 400, 600)])
    queue.take(lane)
    gone.cancel()
    assert queue.backlog.seconds == 0
    queue.put(lane, [[1] * 300] * 6)
    assert len(queue.take(lane)[0].ids) == 300


@pytest.mark.parametrize("lane", Lane)
def test_vectors_come_back_in_the_callers_order(queue: WorkQueue, lane: Lane) -> None:
    future = queue.put(lane, [[1] * size for size in (300, 20, 100)])
    for _ in range(3):
        for text in queue.take(lane):
            text.call.fill(text.index, [float(len(text.ids))])
    assert future.result(timeout=0) == [[300.0], [20.0], [100.0]]


def test_the_speed_is_that_of_all_workers_together(queue: WorkQueue) -> None:
    for _ in range(50):
        queue.measured(Lane.INGEST, tokens=400, compute_s=0.1, workers=2)
    assert queue.backlog.ingest_tokens_per_s == pytest.approx(8_000, rel=0.05)
    assert queue.backlog.query_tokens_per_s == 1_000


def test_the_backlog_is_told_in_seconds(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * 400])
    queue.put(Lane.QUERY, [[1] * 100])
    assert queue.backlog.seconds == pytest.approx(0.5)
    for _ in range(100):
        queue.measured(Lane.INGEST, tokens=400, compute_s=1, workers=2)
    assert queue.backlog.seconds == pytest.approx(0.6, rel=0.01)


def test_what_a_caller_leaves_behind_is_told_as_dropped(
    queue: WorkQueue, observer: RecordingObserver
) -> None:
    gone = queue.put(Lane.INGEST, [[1] * 500, [1] * 300])
    assert len(queue.take(Lane.INGEST)) == 1
    gone.cancel()
    queue.put(Lane.QUERY, [[1] * 12] * 2)
    queue.close()
    assert observer.queues == [(Lane.INGEST, 2, 800), (Lane.QUERY, 2, 24)]
    assert observer.drops == [(Lane.INGEST, 1, 300), (Lane.QUERY, 2, 24)]


def test_closing_fails_who_waits_and_who_comes_after(queue: WorkQueue) -> None:
    waiting = [queue.put(lane, [[1]]) for lane in Lane]
    queue.close()
    assert [type(each.exception(timeout=0)) for each in waiting] == [Unavailable, Unavailable]
    assert [queue.take(lane) for lane in Lane] == [[], []]
    with pytest.raises(Unavailable, match="shutting down"):
        queue.put(Lane.QUERY, [[1]])
