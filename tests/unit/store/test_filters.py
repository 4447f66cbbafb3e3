"""What a filter is compiled to, where no document can tell; the rest is in tests/contract."""

from __future__ import annotations

import pytest

from netgpt_docs_service.domain.documents import Scalar
from netgpt_docs_service.domain.filters import Comparison, Compound
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.store.filters import Condition, of_tenant, readable
from netgpt_docs_service.store.payloads import Kind

NOTHING: Condition = {"has_id": []}


@pytest.mark.parametrize("value", ["text", True, float("inf"), float("nan"), 10**400])
def test_what_has_no_order_is_refused_with_its_name(value: Scalar) -> None:
    with pytest.raises(InvalidInput, match=r"metadata\.x"):
        readable(None, Comparison("gt", "metadata.x", value))


def test_one_of_no_values_and_one_of_no_filters_is_nothing() -> None:
    assert readable(None, Comparison("in", "tags", ())) == [NOTHING]
    assert readable(None, Compound("or", ())) == [NOTHING]


def test_none_of_no_values_is_everything() -> None:
    assert readable(None, Comparison("nin", "tags", ())) == [{"must_not": [NOTHING]}]


def test_every_scope_names_its_tenant() -> None:
    scope = of_tenant("acme", Kind.CHUNK)
    assert {"key": "tenant", "match": {"value": "acme"}} in scope["must"]
