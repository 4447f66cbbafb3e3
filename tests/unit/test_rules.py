"""Limits at their edges: the last value that is taken and the first that is not."""

from __future__ import annotations

import pytest

from netgpt_docs_service.domain.documents import DocumentFields, Scalar
from netgpt_docs_service.domain.filter_rules import parse_filter
from netgpt_docs_service.domain.filters import Comparison
from netgpt_docs_service.domain.rules import (
    check_doc_id,
    check_fields,
    check_scalar,
    check_text,
    parse_moment,
)
from netgpt_docs_service.errors import InvalidInput, LimitExceeded


def test_a_text_of_exactly_the_limits_is_taken() -> None:
    check_text("x" * 1_000_000, max_bytes=1_000_000)

    with pytest.raises(LimitExceeded, match="1000001 characters; at most 1000000"):
        check_text("x" * 1_000_001, max_bytes=2_000_000)


def test_a_lone_surrogate_is_named_with_its_offset() -> None:
    with pytest.raises(InvalidInput, match="lone surrogate at offset 2"):
        check_text("ab\ud800", max_bytes=10)


@pytest.mark.parametrize("doc_id", ["x" * 255, "a/b", "..", " ", "\u200b", "日本", "a\u2028b"])
def test_an_id_may_be_any_string_without_control_characters(doc_id: str) -> None:
    check_doc_id(doc_id)


@pytest.mark.parametrize("value", [2**53, -(2**53), 1e300, True, "", 0.5])
def test_values_that_compare_exactly_are_taken(value: Scalar) -> None:
    check_scalar("metadata.a", value, pointer="/metadata/a")


@pytest.mark.parametrize("value", [2**53 + 1, float("inf"), float("nan"), "\0"])
def test_values_that_do_not_are_refused(value: Scalar) -> None:
    with pytest.raises(InvalidInput):
        check_scalar("metadata.a", value, pointer="/metadata/a")


def test_metadata_of_exactly_the_limits_is_taken() -> None:
    check_fields(DocumentFields(metadata={f"n{i}": "x" for i in range(64)}))
    check_fields(DocumentFields(metadata={"a": "x" * (16_384 - len('{"a":""}'))}))

    with pytest.raises(LimitExceeded, match="16385 bytes"):
        check_fields(DocumentFields(metadata={"a": "x" * (16_385 - len('{"a":""}'))}))


def test_a_moment_is_read_as_utc() -> None:
    moment = parse_moment("expires_at", "2026-01-31T12:00:00+02:00", pointer="/expires_at")

    assert moment.isoformat() == "2026-01-31T10:00:00+00:00"


def test_a_moment_before_all_time_is_refused() -> None:
    with pytest.raises(InvalidInput, match="ISO 8601"):
        parse_moment("expires_at", "0001-01-01T00:00:00+14:00", pointer="/expires_at")


def test_a_filter_of_exactly_the_limits_is_taken() -> None:
    leaf: object = {"type": "in", "key": "tags", "value": ["x"] * 1_000}
    for _ in range(7):
        leaf = {"type": "and", "filters": [leaf]}
    parse_filter(leaf)
    parse_filter({"type": "or", "filters": [{"type": "eq", "key": "tags", "value": "x"}] * 64})


def test_a_date_in_a_filter_is_a_moment() -> None:
    read = parse_filter({"type": "gt", "key": "updated_at", "value": "2026-01-01T00:00:00Z"})

    expected = parse_moment("updated_at", "2026-01-01T00:00:00Z", pointer="")
    assert read == Comparison("gt", "updated_at", expected)
