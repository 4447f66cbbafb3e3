"""In which order texts that wait are computed, and which of them together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netgpt_docs_service.embedding.observer import Lane, NullObserver
from netgpt_docs_service.embedding.work_queue import WorkQueue

Take = Callable[[], list[int]]


@pytest.fixture
def queue() -> WorkQueue:
    return WorkQueue(limit_tokens=1_000_000, tokens_per_s=1_000, observer=NullObserver())


@pytest.fixture
def take_ingest(queue: WorkQueue) -> Take:
    """Take a unit of ingest and return the lengths in it."""
    return lambda: [len(text.ids) for text in queue.take(Lane.INGEST)]


@pytest.fixture
def take_query(queue: WorkQueue) -> Take:
    return lambda: [len(text.ids) for text in queue.take(Lane.QUERY)]


def test_ingest_of_one_padded_length_shares_a_unit(queue: WorkQueue, take_ingest: Take) -> None:
    queue.put(Lane.INGEST, [[1] * size for size in (10, 250, 12, 249, 17)])
    assert [take_ingest() for _ in range(3)] == [[250, 249], [17], [10, 12]]


def test_padding_is_under_a_25th_of_the_work_for_chunks(queue: WorkQueue) -> None:
    sizes = range(100, 513)
    queue.put(Lane.INGEST, [[1] * size for size in sizes])
    computed, left = 0, len(sizes)
    while left:
        unit = queue.take(Lane.INGEST)
        computed += len(unit) * max(text.width for text in unit)
        left -= len(unit)
    assert sum(sizes) / computed >= 0.96


def test_ingest_calls_take_turns(queue: WorkQueue, take_ingest: Take) -> None:
    queue.put(Lane.INGEST, [[1] * 500] * 100)
    assert take_ingest() == [500]
    queue.put(Lane.INGEST, [[1] * 300] * 2)
    queue.put(Lane.INGEST, [[1] * 400])
    assert [take_ingest()[0] for _ in range(6)] == [500, 300, 400, 500, 300, 500]


def test_equals_of_other_calls_fill_a_unit(queue: WorkQueue, take_ingest: Take) -> None:
    for size in (101, 102, 300, 103, 104):
        queue.put(Lane.INGEST, [[1] * size])
    assert [take_ingest() for _ in range(2)] == [[101, 102, 103, 104], [300]]


def test_a_unit_of_ingest_has_a_power_of_two_of_rows(queue: WorkQueue, take_ingest: Take) -> None:
    queue.put(Lane.INGEST, [[1] * 60] * 7)
    assert [len(take_ingest()) for _ in range(3)] == [4, 2, 1]


def test_waiting_questions_go_together(queue: WorkQueue, take_query: Take) -> None:
    for _ in range(40):
        queue.put(Lane.QUERY, [[1] * 12])
    assert [len(take_query()) for _ in range(2)] == [32, 8]


def test_a_crowd_of_questions_of_unlike_length_is_one_run(
    queue: WorkQueue, take_query: Take
) -> None:
    for size in (20, 40) * 4:
        queue.put(Lane.QUERY, [[1] * size])
    assert take_query() == [20, 40] * 4


def test_a_unit_of_questions_has_a_power_of_two_of_rows_the_oldest_first(
    queue: WorkQueue, take_query: Take
) -> None:
    for size in range(3, 10):
        queue.put(Lane.QUERY, [[1] * size])
    assert [take_query() for _ in range(3)] == [[3, 4, 5, 6], [7, 8], [9]]


def test_a_long_question_takes_no_short_ones_along(queue: WorkQueue, take_query: Take) -> None:
    for size in (12, 200, 14, 190):
        queue.put(Lane.QUERY, [[1] * size])
    assert [take_query() for _ in range(2)] == [[12, 14], [200, 190]]


def test_no_question_is_passed_over_twice(queue: WorkQueue, take_query: Take) -> None:
    for size in (12, 200, *[14] * 100):
        queue.put(Lane.QUERY, [[1] * size])
    assert take_query()[0] == 12
    assert take_query() == [200]


def test_a_call_that_fails_in_part_is_dropped_whole(queue: WorkQueue, take_query: Take) -> None:
    queue.put(Lane.QUERY, [[1] * 300, [1] * 310])
    queue.put(Lane.QUERY, [[1] * 20])
    queue.take(Lane.QUERY)[0].call.fail(ValueError())
    assert take_query() == [20]
    assert queue.backlog.query_tokens == 0
