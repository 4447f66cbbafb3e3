"""A layout in parts, one for each chunk of its document, and whole again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from operator import attrgetter

from netgpt_docs_service.domain.layout import Layout


def parts_of(layout: Layout, ends: Sequence[int]) -> list[Layout]:
    """Return what of `layout` starts in each of the spans that end at `ends`, in order.

    A chunk's own span begins where the chunk before it ends, so that what two chunks overlap in
    belongs to one of them; what starts at the text's end belongs to the last.
    """
    if not ends:
        return []
    bounds = [0, *ends[:-1], ends[-1] + 1]
    return [_part(layout, first, last) for first, last in pairwise(bounds)]


def joined(parts: Iterable[Layout]) -> Layout:
    """Return the layout that `parts_of` took apart."""
    parts = list(parts)
    headings = [part.headings for part in parts if part.headings is not None]
    return Layout(
        page_starts=tuple(chain.from_iterable(part.page_starts for part in parts)),
        headings=tuple(chain.from_iterable(headings)) if headings else None,
        turn_starts=tuple(chain.from_iterable(part.turn_starts for part in parts)),
    )


def is_layout_of(layout: Layout, length: int) -> bool:
    """Whether all of `layout` lies, in order, in a text of so many characters."""
    headings = layout.headings or ()
    starts = [heading.start for heading in headings]
    spans = [heading.start <= heading.end for heading in headings]
    ends = [heading.end for heading in headings]
    places = (layout.page_starts, layout.turn_starts, starts, ends)
    return all(spans) and all(_ascend((0, *each, length)) for each in places)


def _part(layout: Layout, first: int, last: int) -> Layout:
    headings = layout.headings
    if headings is not None:
        key = attrgetter("start")
        low = bisect_left(headings, first, key=key)
        headings = headings[low : bisect_left(headings, last, key=key)]
    return Layout(
        page_starts=_between(layout.page_starts, first, last),
        headings=headings,
        turn_starts=_between(layout.turn_starts, first, last),
    )


def _between(places: tuple[int, ...], first: int, last: int) -> tuple[int, ...]:
    return places[bisect_left(places, first) : bisect_left(places, last)]


def _ascend(places: Sequence[int]) -> bool:
    return all(one <= other for one, other in pairwise(places))
