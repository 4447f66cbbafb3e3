"""Times as transcripts write them: how far into a recording, or what the clock showed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

_BLANK = "[ \u00a0\u202f]"  # WhatsApp writes a narrow one before PM
_TIME = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_DATE = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
_ZONE = r"(?:Z|[+-]\d{2}:?\d{2})"
_OF_DAY = rf"(?:{_BLANK}?[AaPp]\.?[Mm]\b\.?|{_BLANK}?Uhr\b)"
_ONE = rf"(?:{_DATE}T{_TIME}{_ZONE}?|(?:{_DATE},?{_BLANK})?{_TIME}{_OF_DAY}?)"
_TO = r"[ \t]*(?:-->|[-\u2013\u2014])[ \t]*"
STAMP = rf"(?:{_ONE}(?:{_TO}{_ONE})?)"
"""A time, with its date and its end if they are written; without groups and without brackets."""

_PARTS = re.compile(
    rf"(?:(?P<date>{_DATE})(?:,?{_BLANK}|(?P<iso>T)))?(?P<time>{_TIME})"
    rf"(?(iso){_ZONE}?|(?:{_BLANK}?(?:(?P<half>[AaPp])|(?P<clock>Uhr)))?)"
)
_DAY_S = 86_400
_NOON = 12
_MONTHS = 12
_CENTURY = 100


Times: TypeAlias = tuple[float | None, float | None]
"""When something begins and when it ends, as far as it is written."""


def seconds(stamps: Sequence[str | None]) -> list[Times]:
    """Return the times of one text in seconds; dates count in days since the earliest one."""
    spans = [list(_PARTS.finditer(stamp))[:2] if stamp else [] for stamp in stamps]
    parts = [part for span in spans for part in span]
    days = _days([part["date"] for part in parts])
    times = iter([_DAY_S * day + _time(part) for part, day in zip(parts, days, strict=True)])
    found = [[next(times) for _ in span] for span in spans]
    return [_times(each) for each in found]


def _times(found: Sequence[float]) -> Times:
    """Return a beginning with its end, unless that lies before it."""
    begins = found[0] if found else None
    is_range = len(found) > 1 and found[-1] >= found[0]
    return begins, found[-1] if is_range else None


def _time(part: re.Match[str]) -> float:
    hours, minutes, *rest = [float(each) for each in part["time"].replace(",", ".").split(":")]
    if part["half"] is not None:
        hours = hours % _NOON + (_NOON if part["half"] in "Pp" else 0)
    elif part["date"] is None and part["clock"] is None and not rest:
        hours, minutes, rest = 0.0, hours, [minutes]  # of a recording: minutes and seconds
    return 3_600 * hours + 60 * minutes + sum(rest)


def _days(dates: Sequence[str | None]) -> list[int]:
    """Return how many days after the earliest date each is; one without has the one before's.

    The earliest, not the first: exports may begin with what was said last.
    """
    written = {each for each in dates if each is not None}
    numbers = {each: [int(number) for number in re.split(r"[./-]", each)] for each in written}
    is_month_first = _is_month_first(written, list(numbers.values()))
    ordinals = {each: _ordinal(numbers[each], is_month_first=is_month_first) for each in written}
    found = [None if each is None else ordinals[each] for each in dates]
    known = [each for each in found if each is not None]
    if not known:
        return [0] * len(found)
    days, day, earliest = [], known[0], min(known)
    for each in found:
        day = day if each is None else each
        days.append(day - earliest)
    return days


def _is_month_first(written: set[str], numbers: list[list[int]]) -> bool:
    """American dates have slashes, and no first number that cannot be a month."""
    if any(first > _MONTHS and first < _CENTURY for first, _, _ in numbers):
        return False
    return any(middle > _MONTHS for _, middle, _ in numbers) or any("/" in each for each in written)


def _ordinal(numbers: list[int], *, is_month_first: bool) -> int | None:
    first, middle, last = numbers
    if first >= _CENTURY:
        year, month, day = first, middle, last
    else:
        year = last if last >= _CENTURY else 2000 + last
        month, day = (first, middle) if is_month_first else (middle, first)
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return None
