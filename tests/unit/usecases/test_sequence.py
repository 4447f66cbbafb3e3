from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netgpt_docs_service.usecases.sequence import SequenceClock


@given(st.lists(st.tuples(st.integers(0, 2**52), st.integers(0, 2**52)), min_size=2))
def test_every_sequence_is_above_the_ones_before_and_above_what_was_seen(
    moments: list[tuple[int, int]],
) -> None:
    now = 0
    clock = SequenceClock(lambda: now)
    last = -1
    for now, seen in moments:  # noqa: B007  the clock reads it
        accepted = clock.accept(seen)
        assert accepted > last
        assert accepted > seen
        last = accepted


def test_a_sequence_is_the_time_in_microseconds_while_clocks_agree() -> None:
    assert SequenceClock(lambda: 1_700_000_000_000_000).accept(0) == 1_700_000_000_000_000
