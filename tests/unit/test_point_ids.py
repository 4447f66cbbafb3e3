"""The ids of points tell all tenants and documents apart."""

from __future__ import annotations

import string

from netgpt_docs_service.domain.chunks import chunk_id, manifest_id


def test_names_that_are_equal_when_joined_have_different_ids() -> None:
    pairs = [
        pair
        for separator in string.printable
        for pair in (("a", f"b{separator}c"), (f"a{separator}b", "c"))
    ]

    ids = [manifest_id(*pair) for pair in pairs] + [chunk_id(*pair, "1-1", 0) for pair in pairs]

    assert len(set(ids)) == len(ids)


def test_generations_that_are_equal_when_joined_have_different_ids() -> None:
    ids = [
        one
        for separator in string.printable
        for one in (
            chunk_id("a", "b", f"1{separator}1", 0),
            chunk_id("a", f"b{separator}1", "1", 0),
        )
    ]

    assert len(set(ids)) == len(ids)
