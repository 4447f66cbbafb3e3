"""The lines of a PDF page, as PDFium finds them, with the size of their letters."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from math import hypot
from typing import Any

import pypdfium2.raw as pdfium

from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.pages import check_text_size
from netgpt_docs_service.extraction.reader import ReadLimits

# PDFium writes U+FFFE for a hyphen at the end of a line, and the rest of the word right after it.
_BROKEN_WORD = re.compile("(\\S*)\ufffe(\\S?)")
_UNREADABLE = re.compile(
    "[\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd\x00-\x01\x03-\x08\x0e-\x1f\x7f-\x9f]"
)
# Not `co`, `ex`, `all` and the like: they begin `coefficient`, `example` and `allocate` as well.
_KEEP_THEIR_HYPHEN = frozenset({"self", "well", "half", "non", "quasi"})
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `size` is its letters' height in points, 0 where it is not known."""

    text: str
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class PageLines:
    """A page; `is_garbled` when it has characters but no reader could make words of them."""

    lines: tuple[Line, ...] = ()
    is_garbled: bool = False

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(line.text for line in self.lines)


def read_lines(page: Any, limits: ReadLimits) -> PageLines:  # noqa: ANN401  pypdfium2 has no types
    """Return what is written on `page`; letters outside of the page are not."""
    textpage = page.get_textpage()
    try:
        check_text_size(textpage.count_chars(), limits)
        # Not the text within the page's bounds: that glues words where a font's size changes.
        raw = textpage.get_text_range()
        if not raw.strip():
            return PageLines()
        if _is_garbled(raw):
            return PageLines(is_garbled=True)
        measure = _Measure(textpage, page.get_bbox())
        return PageLines(tuple(_lines(raw, measure)))
    finally:
        textpage.close()


def _lines(raw: str, measure: _Measure) -> list[Line]:
    # PDFium counts in UTF-16: beyond its first plane, positions in `raw` are not PDFium's.
    is_measured = _ASTRAL.search(raw) is None
    found: list[Line] = []
    offset = 0
    for piece in raw.split("\r\n"):
        size: float | None = 0.0
        if is_measured and (stripped := piece.strip()):
            first = offset + piece.index(stripped)
            size = measure.size(first, first + len(stripped) - 1)
        text = normalised(_mended(piece)).rstrip()
        if size is not None and (text or (found and found[-1].text)):
            found.append(Line(text, size))
        offset += len(piece) + len("\r\n")
    return found


def _is_garbled(raw: str) -> bool:
    """Whether most characters are ones that a font without a table of letters leaves."""
    return 2 * len(_UNREADABLE.findall(raw)) > len("".join(raw.split()))


def _mended(line: str) -> str:
    return _BROKEN_WORD.sub(_one_word, line) if "\ufffe" in line else line


def _one_word(match: re.Match[str]) -> str:
    """Keep the hyphen of `state-of-` + `the-art`, `COVID-` + `19` and `self-` + `employed`.

    That of `hy-` + `phen` goes. Nothing in the file tells the one from the other.
    """
    before, after = match.groups()
    first = before.casefold().lstrip("([\"'\u2018\u201c")
    is_kept = "-" in before or not after.islower() or first in _KEEP_THEIR_HYPHEN
    return f"{before}-{after}" if is_kept else f"{before}{after}"


class _Measure:
    """Letters of one page, asked of PDFium with as few calls as possible: each costs 1 µs."""

    def __init__(self, textpage: Any, bounds: tuple[float, ...]) -> None:  # noqa: ANN401
        self._textpage = textpage
        self._left, self._bottom, self._right, self._top = bounds
        self._matrix = pdfium.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()

    def size(self, first: int, last: int) -> float | None:
        """Return the height of the smaller of two letters, None when both are off the page."""
        sizes = (
            [self._letter(first)] if first == last else [self._letter(first), self._letter(last)]
        )
        if not any(is_inside for _, is_inside in sizes):
            return None
        return min(size for size, _ in sizes)

    def _letter(self, position: int) -> tuple[float, bool]:
        index = pdfium.FPDFText_GetCharIndexFromTextIndex(self._textpage, position)
        if index < 0 or not pdfium.FPDFText_GetMatrix(self._textpage, index, self._matrix):
            return 0.0, True
        points = pdfium.FPDFText_GetFontSize(self._textpage, index)
        size = round(points * hypot(self._matrix.c, self._matrix.d), 1)
        pdfium.FPDFText_GetCharOrigin(self._textpage, index, self._x, self._y)
        is_inside = (
            self._left - size <= self._x.value <= self._right + size
            and self._bottom - size <= self._y.value <= self._top
        )
        return size, is_inside
