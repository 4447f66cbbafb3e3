"""Filters mean the same to the engine as to a plain reading of their grammar."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgpt_docs_service.domain.chunks import manifest_id
from netgpt_docs_service.domain.documents import DocumentFields, Manifest, Scalar
from netgpt_docs_service.domain.filters import Comparison, Compound, Filter
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.store.edge_engine import EdgeEngine
from netgpt_docs_service.store.filters import of_tenant, readable
from netgpt_docs_service.store.payloads import Kind, manifest_payload
from netgpt_docs_service.store.point_reads import Scroll
from netgpt_docs_service.store.point_writes import Upsert
from netgpt_docs_service.store.points import Point

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TENANTS = count()
WORDS = st.sampled_from(["", "a", "b", "é", "True", "1"])
NUMBERS = st.sampled_from([-1, 0, 1, 1.0, 1.5, 2, 3.0, 10**15])
SCALARS = st.one_of(WORDS, NUMBERS, st.booleans())
MOMENTS = st.integers(-2, 2).map(lambda step: NOW + timedelta(microseconds=step))
NAMES = st.sampled_from(["x", "y-z", "absent"])
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
MANY = st.lists(SCALARS, max_size=3).map(tuple)

FIELDS = st.builds(
    DocumentFields,
    doc_type=WORDS,
    intent=st.none() | WORDS,
    tags=st.lists(WORDS, max_size=2).map(tuple),
    metadata=st.dictionaries(st.sampled_from(["x", "y-z"]), SCALARS | MANY),
    expires_at=st.none() | MOMENTS,
)
METADATA_KEYS = NAMES.map("metadata.{}".format)
WORD_KEYS = st.sampled_from(["doc_type", "intent", "tags"])
DATE_KEYS = st.sampled_from(["created_at", "expires_at"])
COMPARISONS = st.one_of(
    st.builds(Comparison, st.sampled_from(["eq", "ne"]), METADATA_KEYS, SCALARS),
    st.builds(Comparison, st.sampled_from(["in", "nin"]), METADATA_KEYS, MANY),
    st.builds(Comparison, st.sampled_from(sorted(ORDERS)), METADATA_KEYS, NUMBERS),
    st.builds(Comparison, st.sampled_from(["eq", "ne"]), WORD_KEYS, WORDS),
    st.builds(Comparison, st.sampled_from(["eq", "ne", *ORDERS]), DATE_KEYS, MOMENTS),
)
FILTERS: st.SearchStrategy[Filter] = st.recursive(
    COMPARISONS,
    lambda inner: st.builds(
        Compound, st.sampled_from(["and", "or"]), st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=6,
)


class Oracle:
    """The grammar, read as plainly as possible."""

    def matches(self, manifest: Manifest, filter_: Filter) -> bool:
        if isinstance(filter_, Compound):
            parts = [self.matches(manifest, part) for part in filter_.filters]
            return all(parts) if filter_.type == "and" else any(parts)
        values, wanted = self._values(manifest, filter_.key), filter_.value
        if filter_.type in ORDERS:
            order = ORDERS[filter_.type]
            return any(self._ordered(value, wanted) and order(value, wanted) for value in values)
        among = wanted if isinstance(wanted, tuple) else (wanted,)
        is_among = any(self._same(value, one) for value in values for one in among)
        return is_among == (filter_.type in {"eq", "in"})

    def _values(self, manifest: Manifest, key: str) -> Sequence[object]:
        fields = manifest.fields
        found: object
        if key.startswith("metadata."):
            found = fields.metadata.get(key.removeprefix("metadata."))
        else:
            found = getattr(manifest, key) if key == "created_at" else getattr(fields, key)
        if found is None:
            return ()
        return found if isinstance(found, tuple) else (found,)

    def _same(self, value: object, wanted: object) -> bool:
        return isinstance(value, bool) == isinstance(wanted, bool) and value == wanted

    def _ordered(self, value: object, wanted: object) -> bool:
        if isinstance(wanted, datetime):
            return isinstance(value, datetime)
        return isinstance(value, int | float) and not isinstance(value, bool)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(FIELDS, MOMENTS), min_size=1, max_size=8), st.lists(FILTERS, max_size=8))
def test_the_engine_and_a_plain_reading_agree(
    engine: EdgeEngine, documents: list[tuple[DocumentFields, datetime]], filters: list[Filter]
) -> None:
    tenant = f"tenant-{next(TENANTS)}"
    manifests = [
        Manifest(
            doc_id=str(number),
            sequence=1,
            generation="1-1",
            version=1,
            fields=fields,
            created_at=created_at,
            updated_at=NOW,
        )
        for number, (fields, created_at) in enumerate(documents)
    ]
    points = [
        Point(manifest_id(tenant, each.doc_id), manifest_payload(tenant, each))
        for each in manifests
    ]
    engine.answer(Upsert(points=tuple(points)))
    for filter_ in filters:
        scope = of_tenant(tenant, Kind.MANIFEST, must=readable(NOW, filter_))
        answer: Any = engine.answer(Scroll(filter=scope, limit=100))
        expected = {
            each.doc_id
            for each in manifests
            if each.is_readable(NOW) and Oracle().matches(each, filter_)
        }
        assert {point.payload["doc_id"] for point in answer[0]} == expected


@pytest.mark.parametrize("value", ["text", True, float("inf"), float("nan"), 10**400])
def test_what_has_no_order_is_refused_with_its_name(value: Scalar) -> None:
    with pytest.raises(InvalidInput, match=r"metadata\.x"):
        readable(NOW, Comparison("gt", "metadata.x", value))


def test_every_scope_names_its_tenant() -> None:
    scope = of_tenant("acme", Kind.CHUNK)
    assert {"key": "tenant", "match": {"value": "acme"}} in scope["must"]
