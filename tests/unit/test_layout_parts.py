"""A layout in parts: nothing of it is lost or doubled between the chunks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netgpt_docs_service.domain.layout import Heading, Layout
from netgpt_docs_service.domain.layout_parts import is_layout_of, joined, parts_of

LENGTH = 60
PLACES = st.lists(st.integers(0, LENGTH), max_size=12).map(lambda places: tuple(sorted(places)))
HEADINGS = PLACES.map(
    lambda places: tuple(
        Heading(start, end, 1, f"heading {start}")
        for start, end in zip(places[::2], places[1::2], strict=False)
    )
)
LAYOUTS = st.builds(Layout, page_starts=PLACES, headings=st.none() | HEADINGS, turn_starts=PLACES)
ENDS = st.lists(st.integers(1, LENGTH - 1), unique=True).map(lambda ends: [*sorted(ends), LENGTH])


@given(LAYOUTS, ENDS)
def test_a_layout_comes_back_from_its_parts(layout: Layout, ends: list[int]) -> None:
    assert joined(parts_of(layout, ends)) == layout
    assert is_layout_of(layout, LENGTH)


def test_a_layout_beyond_its_text_is_none_of_it() -> None:
    assert not is_layout_of(Layout(page_starts=(0, LENGTH + 1)), LENGTH)
    assert not is_layout_of(Layout(page_starts=(9, 3)), LENGTH)
    assert not is_layout_of(Layout(headings=(Heading(5, 4, 1, "x"),)), LENGTH)
