"""Lines that run over the pages of a PDF: titles on top, numbers below; they cut sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from netgpt_docs_service.extraction.formats.pdfium_lines import Line, PageLines

_FEWEST_PAGES = 4
_MOST_LINES = 2  # at each end of a page
_LARGER = 1.15  # than most letters: a heading, however often it comes back
_DIGITS = re.compile(r"\d+")


def without_running_lines(pages: Sequence[PageLines]) -> list[PageLines]:
    """Return the pages without what half of them have at their top or at their bottom.

    Numbers count as equal. What is on top stays where it is first, as it may be the title. Pages
    that begin or end alike for more lines than two are forms, of which all stays.
    """
    found = list(pages)
    written = [page for page in pages if page.text.strip()]
    if len(written) < _FEWEST_PAGES:
        return found
    body = _body_size(written)
    top, bottom = (_running(written, body, is_top=is_top) for is_top in (True, False))
    seen: set[str] = set()
    for index, page in enumerate(found) if top or bottom else ():
        lines = list(page.lines)
        first, last = _ends(lines, top, bottom)
        kept = [line for line in lines[:first] if _key(line) not in seen and _has_words(line)]
        seen.update(_key(line) for line in lines[:first])
        if any(line.text.strip() for line in lines[first:last]):
            found[index] = replace(page, lines=(*kept, *lines[first:last]))
    return found


def _running(pages: Sequence[PageLines], body: float, *, is_top: bool) -> frozenset[str]:
    counts: list[Counter[str]] = [Counter(), Counter()]
    for page in pages:
        lines = [line for line in page.lines if line.text.strip()]
        outer = lines if is_top else lines[::-1]
        small = [_key(line) for line in outer[: _MOST_LINES + 1] if line.size <= _LARGER * body]
        counts[0].update(set(small[:_MOST_LINES]))
        counts[1].update(set(small))
    usual = [{key for key in count if 2 * count[key] >= len(pages)} for count in counts]
    return frozenset(usual[0]) if len(usual[1]) <= _MOST_LINES else frozenset()


def _ends(lines: Sequence[Line], top: frozenset[str], bottom: frozenset[str]) -> tuple[int, int]:
    """Return how many lines run on top, and before which line those at the bottom begin."""
    first = _run(lines, top)
    return first, max(first, len(lines) - _run(lines[::-1], bottom))


def _run(lines: Sequence[Line], running: frozenset[str]) -> int:
    count = end = 0
    for index, line in enumerate(lines):
        if line.text.strip():
            if count == _MOST_LINES or _key(line) not in running:
                break
            count, end = count + 1, index + 1
    return end


def _body_size(pages: Sequence[PageLines]) -> float:
    letters: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            letters[line.size] += len(line.text)
    return max(letters, key=lambda size: letters[size])


def _key(line: Line) -> str:
    return _DIGITS.sub("0", " ".join(line.text.casefold().split()))


def _has_words(line: Line) -> bool:
    return any(letter.isalpha() for letter in line.text)
