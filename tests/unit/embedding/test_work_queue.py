from __future__ import annotations

import pytest

from netgpt_docs_service.embedding.observer import Lane
from netgpt_docs_service.embedding.work_queue import UNIT_TOKENS, WorkQueue
from netgpt_docs_service.errors import LimitExceeded, Overloaded, Unavailable


@pytest.fixture
def queue() -> WorkQueue:
    return WorkQueue(limit_tokens=2_000, tokens_per_s=1_000)


def test_a_unit_holds_no_more_than_its_tokens(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * 200] * 5)
    assert [len(queue.take()) for _ in range(3)] == [2, 2, 1]


def test_texts_of_like_length_share_a_unit(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * size for size in (10, 250, 12, 240, 11)])
    assert [[text.index for text in queue.take()] for _ in range(2)] == [[0, 4, 2], [3, 1]]


def test_a_text_longer_than_a_unit_runs_alone(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * (UNIT_TOKENS + 1), [1] * (UNIT_TOKENS + 1)])
    assert len(queue.take()) == 1


def test_waiting_queries_go_together_and_before_ingest(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * 100])
    queue.put(Lane.QUERY, [[1] * 12])
    queue.put(Lane.QUERY, [[1] * 14])
    assert [[text.call.lane for text in queue.take()] for _ in range(2)] == [
        [Lane.QUERY, Lane.QUERY],
        [Lane.INGEST],
    ]


def test_a_full_lane_refuses_with_the_seconds_it_needs(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * 500] * 3)
    with pytest.raises(Overloaded, match="1500 tokens wait in the ingest lane") as refused:
        queue.put(Lane.INGEST, [[1] * 501])
    assert refused.value.retry_after_s == pytest.approx(1.5)


def test_a_full_ingest_lane_refuses_no_query(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * 500] * 4)
    queue.put(Lane.QUERY, [[1] * 12])
    assert queue.take()[0].call.lane is Lane.QUERY


def test_what_could_never_fit_is_not_asked_to_come_again(queue: WorkQueue) -> None:
    with pytest.raises(LimitExceeded, match="2001 tokens; the queue takes 2000"):
        queue.put(Lane.INGEST, [[1] * 2_001])


def test_a_cancelled_call_frees_its_room_at_once(queue: WorkQueue) -> None:
    gone = queue.put(Lane.INGEST, [[1] * 500] * 4)
    gone.cancel()
    assert queue.backlog.ingest_tokens == 0
    queue.put(Lane.INGEST, [[1] * 300])
    assert len(queue.take()[0].ids) == 300


def test_vectors_come_back_in_the_callers_order(queue: WorkQueue) -> None:
    future = queue.put(Lane.INGEST, [[1] * size for size in (300, 20, 100)])
    for _ in range(3):
        for text in queue.take():
            text.call.fill(text.index, [float(len(text.ids))])
    assert future.result(timeout=0) == [[300.0], [20.0], [100.0]]


def test_the_speed_follows_what_was_measured(queue: WorkQueue) -> None:
    for _ in range(50):
        queue.measured(tokens=400, compute_s=0.1)
    assert queue.backlog.tokens_per_s == pytest.approx(4_000, rel=0.05)


def test_the_backlog_is_told_in_seconds(queue: WorkQueue) -> None:
    queue.put(Lane.INGEST, [[1] * 400])
    queue.put(Lane.QUERY, [[1] * 100])
    assert queue.backlog.seconds == pytest.approx(0.5)


def test_closing_fails_who_waits_and_who_comes_after(queue: WorkQueue) -> None:
    waiting = queue.put(Lane.INGEST, [[1]])
    queue.close()
    assert isinstance(waiting.exception(timeout=0), Unavailable)
    assert queue.take() == []
    with pytest.raises(Unavailable, match="shutting down"):
        queue.put(Lane.QUERY, [[1]])
