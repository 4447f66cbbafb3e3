"""Where the parts of a document's text lie: its pages, its headings, its speakers' turns."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that starts at character `start`; `end` is where its last line ends."""

    start: int
    end: int
    level: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is known of a text's parts beside the text; offsets are in characters, ascending.

    `page_starts` has one offset for each page, slide or sheet, equal to the next one's where a page
    holds no text; none at all where the format has no pages. `headings` None means that they are to
    be found in the text, by its media type. A passage never holds part of a turn unless the turn
    alone is too long for one.
    """

    page_starts: tuple[int, ...] = ()
    headings: tuple[Heading, ...] | None = None
    turn_starts: tuple[int, ...] = ()

    def pages_of(self, text: str, start: int) -> tuple[int | None, int | None]:
        """Return the first and the last page, from 1, with words of the `text` that is at `start`.

        Both are None where the format has no pages.
        """
        if not self.page_starts:
            return None, None
        before = len(text) - len(text.lstrip())
        after = max(before, len(text.rstrip()) - 1)
        return self._page_at(start + before), self._page_at(start + after)

    def _page_at(self, position: int) -> int:
        return max(1, bisect_right(self.page_starts, position))


PLAIN = Layout()
"""No pages, no turns; headings where the text's own markup has them."""
