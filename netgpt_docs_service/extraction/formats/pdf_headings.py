"""The headings of a PDF: from its outline, or else from the size of its letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netgpt_docs_service.domain.layout import Heading
from netgpt_docs_service.extraction.formats.pdfium_lines import Line

_LEVELS = 3
_LONGEST = 150  # characters; what is longer is large text, not a heading
_LARGER = 1.15  # than the body: 12 points over 11 are no heading, 12 over 10 are
_MOST_LINES = 4  # of one heading
_MOST_SHARE = 0.25  # of all lines; a document with more large lines has no body to stand out from
_FEW_LINES = 20
_NUMBER = re.compile(r"(?:(?:\w+\s+)?(?:[a-z]\.)?(?:\d[\d.]*|[ivxlcdm]+)|[a-z])[.):\s\u2013-]+")


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line and its place in the text of the whole document; `page` counts from 0."""

    line: Line
    page: int
    start: int

    @property
    def end(self) -> int:
        """Where the line ends."""
        return self.start + len(self.line.text)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline; `level` counts from 1, `page` from 0."""

    title: str
    level: int
    page: int


def outlined_headings(
    lines: Sequence[PlacedLine], bookmarks: Iterable[Bookmark]
) -> tuple[Heading, ...]:
    """Return each bookmark whose title is a line of the page it leads to, in the text's order."""
    by_page: dict[int, list[PlacedLine]] = {}
    for line in lines:
        if line.line.text.strip():
            by_page.setdefault(line.page, []).append(line)
    found: dict[int, Heading] = {}
    for bookmark in bookmarks:
        heading = _line_of(bookmark, by_page.get(bookmark.page, []), taken=found)
        if heading:
            found[heading.start] = heading
    return _apart(found[start] for start in sorted(found))


def large_headings(lines: Sequence[PlacedLine]) -> tuple[Heading, ...]:
    """Return the short lines in letters clearly larger than the most common ones."""
    letters: Counter[float] = Counter()
    for placed in lines:
        letters[placed.line.size] += len(placed.line.text)
    body = max(letters, key=lambda size: (letters[size], -size), default=0.0)
    large = [placed for placed in lines if _is_heading(placed.line, body)]
    if len(lines) > _FEW_LINES and len(large) > _MOST_SHARE * len(lines):
        return ()
    large = _without_running_titles(large, pages=lines[-1].page + 1 if lines else 0)
    ranks = sorted({placed.line.size for placed in large}, reverse=True)
    levels = {size: min(rank, _LEVELS) for rank, size in enumerate(ranks, 1)}
    groups = (_heading(group, levels[group[0].line.size]) for group in _groups(large))
    return tuple(heading for heading in groups if len(heading.title) <= _LONGEST)


def _line_of(
    bookmark: Bookmark, lines: Sequence[PlacedLine], *, taken: dict[int, Heading]
) -> Heading | None:
    """Look for the title in one line, or over as many as a long title takes."""
    title = _squeezed(bookmark.title)
    if not title:
        return None
    for index, first in enumerate(lines):
        if first.start in taken:
            continue
        for length in range(1, _MOST_LINES + 1):
            group = lines[index : index + length]
            written = _squeezed(" ".join(placed.line.text for placed in group))
            if _is_same(written, title):
                return _heading(group, bookmark.level)
            number = _NUMBER.match(written + " ")
            if written not in title and not (number and written[number.end() :] in title):
                break
    return None


def _is_same(written: str, title: str) -> bool:
    """Whether both are one title, but for a number before it that only one of them has."""
    longer, shorter = sorted((written, title), key=len, reverse=True)
    if not longer.endswith(shorter):
        return False
    number = longer[: len(longer) - len(shorter)]
    return not number or _NUMBER.fullmatch(number) is not None


def _squeezed(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_heading(line: Line, body: float) -> bool:
    text = line.text.strip()
    return (
        bool(body)
        and line.size >= _LARGER * body
        and len(text) <= _LONGEST
        and "\n" not in text
        and any(character.isalpha() for character in text)
    )


def _without_running_titles(large: list[PlacedLine], *, pages: int) -> list[PlacedLine]:
    """Leave out what stands on half of the pages: it heads the paper, not a part of the text."""
    if pages <= _LEVELS:
        return large
    times = Counter(placed.line.text.strip() for placed in large)
    return [placed for placed in large if 2 * times[placed.line.text.strip()] < pages]


def _groups(large: Iterable[PlacedLine]) -> list[list[PlacedLine]]:
    """Put the lines of one heading together: of one size, one right after the other."""
    groups: list[list[PlacedLine]] = []
    for placed in large:
        last = groups[-1][-1] if groups else None
        follows = (
            last is not None
            and last.page == placed.page
            and last.end + 1 == placed.start
            and last.line.size == placed.line.size
        )
        if follows and len(groups[-1]) < _MOST_LINES:
            groups[-1].append(placed)
        else:
            groups.append([placed])
    return groups


def _heading(group: Sequence[PlacedLine], level: int) -> Heading:
    title = " ".join(" ".join(placed.line.text for placed in group).split())
    indent = len(group[0].line.text) - len(group[0].line.text.lstrip())
    return Heading(start=group[0].start + indent, end=group[-1].end, level=level, title=title)


def _apart(headings: Iterable[Heading]) -> tuple[Heading, ...]:
    """Leave out headings that begin inside of the one before."""
    kept: list[Heading] = []
    for heading in headings:
        if not kept or heading.start >= kept[-1].end:
            kept.append(heading)
    return tuple(kept)
