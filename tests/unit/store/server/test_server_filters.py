"""A condition says the same to a server as to the embedded engine: it is the same JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from netgpt_docs_service.domain.filters import Comparison, Compound, Filter
from netgpt_docs_service.store.filters import (
    ScopedFilter,
    at_most,
    below,
    expiring_of_every_tenant,
    findable_of_tenant,
    of_every_tenant,
    of_tenant,
    readable,
)
from netgpt_docs_service.store.payloads import Kind
from netgpt_docs_service.store.protocol import older_than, sets_of
from netgpt_docs_service.store.server_filters import among, server_filter, tenant_of

NOW = datetime(2026, 3, 1, 12, 30, 0, 123456, UTC)


@pytest.mark.parametrize(
    "condition",
    [
        Comparison("eq", "tags", "a"),
        Comparison("eq", "metadata.flag", value=True),
        Comparison("ne", "metadata.count", 3),
        Comparison("in", "metadata.mixed", ("a", 1, 2.5, False)),
        Comparison("nin", "source", ()),
        Comparison("gte", "created_at", NOW),
        Compound("or", (Comparison("lt", "metadata.n", 1), Comparison("gt", "metadata.n", 5))),
    ],
)
def test_a_callers_filter_is_the_same_json(condition: Filter) -> None:
    scoped = of_tenant("a", Kind.MANIFEST, must=readable(NOW, condition))
    sent = server_filter(scoped).model_dump_json(exclude_unset=True, exclude_none=True)

    assert json.loads(sent) == scoped


@pytest.mark.parametrize(
    "scoped",
    [
        older_than("a", 1_790_000_000_000_001, generation="g"),
        findable_of_tenant("a", must=[at_most("sequence", 5)], must_not=sets_of([7, 8])),
        of_every_tenant(Kind.CHUNK, must=[below("updated_at", NOW)]),
        expiring_of_every_tenant(),
    ],
)
def test_a_condition_of_the_protocol_is_the_same_json(scoped: ScopedFilter) -> None:
    sent = server_filter(scoped).model_dump_json(exclude_unset=True, exclude_none=True)

    assert json.loads(sent) == scoped


def test_a_condition_among_ids_demands_both() -> None:
    scoped = of_tenant("a", Kind.CHUNK)
    sent = among(["x", "y"], scoped).model_dump_json(exclude_unset=True, exclude_none=True)

    assert json.loads(sent) == {"must": [{"has_id": ["x", "y"]}, scoped]}


def test_a_filter_knows_whose_points_it_matches() -> None:
    filters = (of_tenant("a", Kind.CHUNK), findable_of_tenant("b"), of_every_tenant(Kind.CHUNK))

    assert [tenant_of(scoped) for scoped in filters] == ["a", "b", None]
