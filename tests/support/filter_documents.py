"""Documents whose fields are mixed on purpose, and filters over what they hold."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from netgpt_docs_service.domain.chunks import generation_name
from netgpt_docs_service.domain.documents import DocumentFields, Manifest, Scalar

NOW = datetime(2026, 5, 1, 12, 30, 0, 123456, tzinfo=UTC)
FILTERABLE = {
    "team": "keyword",
    "year": "integer",
    "ratio": "float",
    "is-done": "bool",
    "due": "datetime",
}
"""The stores under test index these; every name holds values of every type all the same."""
_NAMES = (*FILTERABLE, "plain", "y-z", "_")
_WORDS = (
    *("", "a", "b", "A", " a", "True", "true", "1", "3.0"),
    *("é", "e\u0301", "日本語", "\U0001f409"),
)

_TEXTS = (*_WORDS, "2026-05-01T12:30:00Z", "x" * 300)
_NUMBERS = (
    *(0, -0.0, 1, 1.0, 3, 3.0, 2.5, -7, -2.5, 0.1, 0.30000000000000004),
    *(2**53, -(2**53), 2.0**53, 1e300, -1e300, 5e-324, 1.7976931348623157e308),
    *(1777638600, 1777638600.123456, 1777638600123456),  # NOW as an engine may count it
)
_SCALARS: tuple[Scalar, ...] = (*_TEXTS, *_NUMBERS, True, False)
_ZONES = (UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-9, minutes=-30)))
_MOMENTS = (
    *(NOW + timedelta(microseconds=step) for step in (-1, 0, 1)),
    *(NOW + timedelta(days=days) for days in (-400, -1, 1, 400)),
    datetime(1969, 12, 31, tzinfo=UTC),
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(9999, 12, 30, tzinfo=UTC),
)


def mixed_documents(count: int) -> list[Manifest]:
    """Return documents of one seed; the last is a tombstone."""
    rng = random.Random(7)
    documents = [_document(rng, number) for number in range(count - 1)]
    gone = Manifest(
        doc_id="gone", sequence=10, generation=None, version=10, created_at=NOW, updated_at=NOW
    )
    return [*documents, gone]


def _document(rng: random.Random, number: int) -> Manifest:
    names = rng.sample(_NAMES, rng.randint(0, len(_NAMES)))
    fields = DocumentFields(
        doc_type=rng.choice(_TEXTS[1:]),
        intent=rng.choice((None, *_TEXTS)),
        tags=tuple(rng.choices(_TEXTS[1:], k=rng.choice((0, 1, 2)))),
        source=rng.choice((None, *_TEXTS)),
        metadata={name: _metadata_value(rng) for name in names},
        expires_at=rng.choice((None, None, _moment(rng))),
    )
    return Manifest(
        doc_id=rng.choice(("a", "é", "1", "日本語")) + f"/{number}",
        sequence=10,
        generation=generation_name(10, 1),
        version=10,
        fields=fields,
        chunk_count=1 + number % 2,
        created_at=_moment(rng),
        updated_at=_moment(rng),
    )


def _metadata_value(rng: random.Random) -> Scalar | tuple[Scalar, ...]:
    if rng.random() < 0.6:
        return rng.choice(_SCALARS)
    return tuple(rng.choices(_SCALARS, k=rng.choice((0, 1, 2, 4))))


def _moment(rng: random.Random) -> datetime:
    return rng.choice(_MOMENTS).astimezone(rng.choice(_ZONES))


def _comparison(kinds: tuple[str, ...], keys: Any, values: Any) -> Any:  # noqa: ANN401  strategies
    return st.fixed_dictionaries({"type": st.sampled_from(kinds), "key": keys, "value": values})


def _both_forms(keys: Any, values: Any) -> Any:  # noqa: ANN401  strategies
    many = st.lists(values, min_size=1, max_size=4)
    return _comparison(("eq", "ne"), keys, values) | _comparison(("in", "nin"), keys, many)


_METADATA_KEYS = st.sampled_from([f"metadata.{name}" for name in (*_NAMES, "absent")])
_TEXT_KEYS = st.sampled_from(["doc_type", "tags", "source", "intent"])
_DATE_KEYS = st.sampled_from(["created_at", "updated_at", "expires_at"])
_SENT_MOMENTS = st.builds(
    lambda moment, zone: moment.astimezone(zone).isoformat(),
    st.sampled_from(_MOMENTS),
    st.sampled_from(_ZONES),
)
_RANGES = ("gt", "gte", "lt", "lte")
_COMPARISONS = st.one_of(
    _both_forms(_METADATA_KEYS, st.sampled_from(_SCALARS)),
    _comparison(_RANGES, _METADATA_KEYS, st.sampled_from(_NUMBERS)),
    _both_forms(_TEXT_KEYS, st.sampled_from(_TEXTS)),
    _both_forms(st.just("doc_id"), st.sampled_from(["a/0", "é/1", "1/2", "日本語/3", "gone", "x"])),
    _both_forms(_DATE_KEYS, _SENT_MOMENTS),
    _comparison(_RANGES, _DATE_KEYS, _SENT_MOMENTS),
)


def _compound(parts: Any) -> Any:  # noqa: ANN401  strategies
    kinds = st.sampled_from(["and", "or"])
    return st.fixed_dictionaries({"type": kinds, "filters": parts})


def _nested(depth: int) -> Any:  # noqa: ANN401  a strategy
    """Filters of exactly this depth, with at most two comparisons beside each level."""
    if depth == 1:
        return _COMPARISONS
    beside = st.lists(_COMPARISONS, max_size=2)
    parts = st.tuples(_nested(depth - 1), beside).map(lambda both: [both[0], *both[1]])
    return _compound(parts)


FILTERS: st.SearchStrategy[Mapping[str, Any]] = st.one_of(
    _COMPARISONS,
    st.integers(2, 8).flatmap(_nested),
    st.recursive(
        _COMPARISONS, lambda inner: _compound(st.lists(inner, min_size=1, max_size=4)), max_leaves=8
    ),
)
