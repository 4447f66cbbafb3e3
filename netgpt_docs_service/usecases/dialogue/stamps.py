"""Times as transcripts write them: how far into a recording, or what the clock showed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

_BLANK = "[ \u00a0\u202f]"  # WhatsApp writes a narrow one before PM
_TIME = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_DATE = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
STAMP = rf"(?:{_DATE},?{_BLANK})?{_TIME}(?:{_BLANK}?[AaPp]\.?[Mm]\b\.?)?"
"""A time, with its date if one is written; without groups and without brackets."""

_PARTS = re.compile(
    rf"(?:(?P<date>{_DATE}),?{_BLANK})?(?P<time>{_TIME})(?:{_BLANK}?(?P<half>[AaPp]))?"
)
_DAY_S = 86_400
_NOON = 12
_MONTHS = 12
_CENTURY = 100


def seconds(stamps: Sequence[str | None]) -> list[float | None]:
    """Return the times of one text in seconds; dates count in days since the first one."""
    parts = [_PARTS.search(stamp) if stamp else None for stamp in stamps]
    days = _days([part["date"] if part else None for part in parts])
    return [
        None if part is None else _DAY_S * day + _time(part)
        for part, day in zip(parts, days, strict=True)
    ]


def _time(part: re.Match[str]) -> float:
    hours, minutes, *rest = [float(each) for each in part["time"].replace(",", ".").split(":")]
    if part["half"] is not None:
        hours = hours % _NOON + (_NOON if part["half"] in "Pp" else 0)
    elif part["date"] is None and not rest:
        hours, minutes, rest = 0.0, hours, [minutes]  # of a recording: minutes and seconds
    return 3_600 * hours + 60 * minutes + sum(rest)


def _days(dates: Sequence[str | None]) -> list[int]:
    """Return how many days after the first date each is; one without stands on the day before."""
    written = {each for each in dates if each is not None}
    numbers = {each: [int(number) for number in re.split(r"[./-]", each)] for each in written}
    is_month_first = _is_month_first(written, list(numbers.values()))
    ordinals = {each: _ordinal(numbers[each], is_month_first=is_month_first) for each in written}
    found = [None if each is None else ordinals[each] for each in dates]
    days, first, day = [], None, None
    for each in found:
        day = day if each is None else each
        first = day if first is None else first
        days.append(0 if day is None or first is None else day - first)
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
