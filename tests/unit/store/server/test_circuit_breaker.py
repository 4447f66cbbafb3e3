"""A server that cannot be reached is left alone, and tried by one request at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from netgpt_docs_service.store.circuit_breaker import CircuitBreaker, CircuitOpen
from netgpt_docs_service.store.store_observer import CircuitState
from tests.support.scripted_qdrant import Clock, Told


@pytest.fixture
def breaker(clock: Clock, told: Told) -> CircuitBreaker:
    return CircuitBreaker(clock=clock, on_change=told.store_circuit_changed)


@pytest.fixture
def fail(breaker: CircuitBreaker) -> Callable[[int], None]:
    def fail_often(times: int) -> None:
        for _ in range(times):
            breaker.failed(is_probe=breaker.admit())

    return fail_often


def test_it_opens_after_failures_in_a_row(
    breaker: CircuitBreaker, fail: Callable[[int], None]
) -> None:
    fail(4)
    before = breaker.is_open
    fail(1)

    assert (before, breaker.is_open) == (False, True)


def test_an_answer_starts_the_count_again(
    breaker: CircuitBreaker, fail: Callable[[int], None]
) -> None:
    fail(4)
    breaker.answered()
    fail(4)

    assert not breaker.is_open


def test_while_open_it_says_how_long(
    breaker: CircuitBreaker, fail: Callable[[int], None], clock: Clock
) -> None:
    fail(5)
    clock.now_s = 2.0

    with pytest.raises(CircuitOpen) as refusal:
        breaker.admit()

    assert refusal.value.retry_after_s == pytest.approx(3.0)


def test_then_one_request_probes_and_the_others_wait(
    breaker: CircuitBreaker, fail: Callable[[int], None], clock: Clock
) -> None:
    fail(5)
    clock.now_s = 5.0

    assert breaker.admit()
    with pytest.raises(CircuitOpen):
        breaker.admit()


def test_a_probe_that_is_answered_closes_it(
    breaker: CircuitBreaker, fail: Callable[[int], None], clock: Clock, told: Told
) -> None:
    fail(5)
    clock.now_s = 5.0
    breaker.answered(is_probe=breaker.admit())

    assert not breaker.admit()
    assert told.circuit == [CircuitState.OPEN, CircuitState.HALF_OPEN, CircuitState.CLOSED]


def test_a_probe_that_fails_opens_it_for_as_long_again(
    breaker: CircuitBreaker, fail: Callable[[int], None], clock: Clock
) -> None:
    fail(5)
    clock.now_s = 5.0
    fail(1)

    with pytest.raises(CircuitOpen) as refusal:
        breaker.admit()

    assert refusal.value.retry_after_s == pytest.approx(5.0)


@pytest.mark.parametrize("is_probing", [False, True])
def test_a_late_answer_of_before_the_outage_does_not_close_it(
    breaker: CircuitBreaker, fail: Callable[[int], None], clock: Clock, *, is_probing: bool
) -> None:
    fail(5)
    clock.now_s = 5.0 * is_probing
    with suppress(CircuitOpen):
        breaker.admit()
    breaker.answered(is_probe=False)

    with pytest.raises(CircuitOpen):
        breaker.admit()


def test_a_late_failure_of_before_the_outage_leaves_the_probe_to_decide(
    breaker: CircuitBreaker, fail: Callable[[int], None], clock: Clock
) -> None:
    fail(5)
    clock.now_s = 5.0
    is_probe = breaker.admit()
    breaker.failed(is_probe=False)
    before = breaker.is_open
    breaker.answered(is_probe=is_probe)

    assert not before
    assert not breaker.admit()


def test_a_probe_whose_caller_left_makes_room_for_another(
    breaker: CircuitBreaker, fail: Callable[[int], None], clock: Clock
) -> None:
    fail(5)
    clock.now_s = 5.0
    breaker.abandoned(is_probe=breaker.admit())

    assert breaker.admit()
