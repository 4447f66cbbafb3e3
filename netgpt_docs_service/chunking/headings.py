"""Which heading a place in a document stands under."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from netgpt_docs_service.domain.layout import Heading

LONGEST_TITLE = 200
"""Characters; a longer line is a paragraph, whatever is drawn under it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The headings of a document, in order."""

    starts: Sequence[int]
    paths: Sequence[tuple[str, ...]]

    @classmethod
    def of(cls, headings: Sequence[Heading]) -> Outline:
        """Work out under which others every heading stands."""
        paths = []
        above: list[Heading] = []
        for heading in headings:
            while above and above[-1].level >= heading.level:
                above.pop()
            above.append(heading)
            paths.append(tuple(parent.title for parent in above))
        return cls([heading.start for heading in headings], paths)

    def path(self, position: int) -> tuple[str, ...]:
        """Return the titles in force at `position`, the outermost first."""
        at = bisect_right(self.starts, position)
        return self.paths[at - 1] if at else ()


def line_before(text: str, end: int) -> tuple[int, str]:
    """Return start and text of the line that ends before the line break at `end - 1`.

    A line longer than any title comes back cut off at its front.
    """
    break_at = end - 1
    start = text.rfind("\n", max(0, break_at - LONGEST_TITLE - 1), break_at) + 1
    start = start or max(0, break_at - LONGEST_TITLE - 1)
    if start == 0 and text.startswith("\ufeff"):
        start = 1
    return start, text[start:break_at].rstrip("\r")
