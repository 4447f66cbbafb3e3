"""What every text that was read must be, whoever read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Layout
from netgpt_docs_service.errors import LimitExceeded, NoExtractableText
from netgpt_docs_service.extraction import media_types as types
from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.pages import check_text_size
from netgpt_docs_service.extraction.reader import ReadLimits

_LONGEST_TITLE = 500
_LONGEST_VALUE = 1_000
_MOST_VALUES = 32
_MOST_WARNINGS = 50


def finished(extracted: Extracted, limits: ReadLimits) -> Extracted:
    """Return `extracted` if it is what an Extracted promises; what a file says of itself is cut.

    Raises NoExtractableText where it is blank, LimitExceeded that names both numbers.
    """
    text = normalised(extracted.text)
    if not text.strip():
        message = f"the file is {types.name_of(extracted.media_type)} that holds no text"
        raise NoExtractableText(message)
    check_text_bytes(text, limits)
    layout, warnings = extracted.layout, list(extracted.warnings)
    if len(layout.page_starts) > limits.pages:
        message = f"the file has {len(layout.page_starts)} pages; the limit is {limits.pages}"
        raise LimitExceeded(message)
    if not _is_sane(layout, text) or (len(text) != len(extracted.text) and _has_places(layout)):
        layout = Layout(headings=() if layout.headings is not None else None)
        warnings.append("where its pages and headings are could not be told")
    return replace(
        extracted,
        text=text,
        layout=layout,
        title=_cut(extracted.title, _LONGEST_TITLE),
        language=_cut(extracted.language, 35),
        metadata=_values(extracted.metadata),
        warnings=_said(warnings),
    )


def check_text_bytes(text: str, limits: ReadLimits) -> None:
    """Raise LimitExceeded where `text` is longer than it may be in UTF-8."""
    size = len(text) if text.isascii() else len(text.encode(errors="replace"))
    check_text_size(size, limits)


def _has_places(layout: Layout) -> bool:
    return bool(layout.page_starts or layout.turn_starts or layout.headings)


def _is_sane(layout: Layout, text: str) -> bool:
    headings = layout.headings or ()
    return (
        _ascends((0, *layout.page_starts, len(text)))
        and _ascends((0, *layout.turn_starts, len(text)))
        and _ascends((0, *(each.start for each in headings), len(text)))
        and all(each.start <= each.end <= len(text) for each in headings)
    )


def _ascends(offsets: tuple[int, ...]) -> bool:
    return all(one <= next_one for one, next_one in pairwise(offsets))


def _cut(text: str | None, length: int) -> str | None:
    return (
        " ".join(normalised(text[: 10 * length]).split())[:length].strip() or None if text else None
    )


def _values(metadata: Mapping[str, str]) -> dict[str, str]:
    cut = ((name, _cut(value, _LONGEST_VALUE)) for name, value in metadata.items())
    return dict([(name, value) for name, value in cut if value][:_MOST_VALUES])


def _said(warnings: list[str]) -> tuple[str, ...]:
    said = [cut for each in warnings[:_MOST_WARNINGS] if (cut := _cut(each, _LONGEST_VALUE))]
    if len(warnings) > _MOST_WARNINGS:
        said.append(f"and {len(warnings) - _MOST_WARNINGS} more")
    return tuple(said)
