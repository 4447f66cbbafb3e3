"""Which fields have an index, and what a start does about one that is missing or another."""

from __future__ import annotations

import pytest

from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.store import schema


def test_declared_names_have_an_index_beside_the_fields_of_every_document() -> None:
    indexes = schema.payload_indexes({"team": "keyword", "year": "integer"})

    assert indexes == {
        **schema.PAYLOAD_INDEXES,
        "metadata.team": "keyword",
        "metadata.year": "float",
    }


def test_what_exists_already_is_not_missing() -> None:
    missing = schema.missing_indexes(
        {"tenant": "keyword"}, {"tenant": "tenant", "metadata.team": "keyword"}
    )

    assert missing == {"metadata.team": "keyword"}


def test_an_index_of_another_kind_is_refused_with_both() -> None:
    with pytest.raises(ConfigurationError, match=r"metadata\.year .* keyword .* float"):
        schema.missing_indexes({"metadata.year": "keyword"}, {"metadata.year": "float"})


def test_only_indexes_of_metadata_can_be_surplus() -> None:
    surplus = schema.surplus_indexes(
        {"metadata.old": "keyword", "metadata.team": "keyword", "tenant": "keyword"},
        {"metadata.team": "keyword"},
    )

    assert surplus == ["metadata.old"]
