"""The collection is made whole, once, or found to be what its points need."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from netgpt_docs_service.errors import (
    ConfigurationError,
    FingerprintMismatch,
    StartupError,
    StoreUnavailable,
)
from netgpt_docs_service.store import schema
from tests.support.scripted_qdrant import ScriptedQdrant
from tests.unit.store.server.conftest import MakeCollection


async def test_the_alias_comes_last(server: ScriptedQdrant, collection: MakeCollection) -> None:
    await collection().prepare()

    assert server.aliases == {"docs": "docs-1"}
    assert server.indexes.keys() == schema.PAYLOAD_INDEXES.keys()
    assert server.requests[-1].url.path == "/collections/aliases"


async def test_a_second_start_changes_nothing(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    await collection().prepare()
    server.requests.clear()
    await collection().prepare()

    assert {request.method for request in server.requests} == {"GET"}


async def test_a_start_that_was_cut_off_is_finished_by_the_next(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    await collection().prepare()
    server.aliases.clear()
    del server.indexes["tags"]
    await collection().prepare()

    assert server.aliases == {"docs": "docs-1"}
    assert "tags" in server.indexes


async def test_a_name_declared_later_gets_its_index(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    await collection().prepare()
    await collection(team="keyword", year="integer").prepare()
    await collection(team="keyword").prepare()

    assert server.indexes.keys() - schema.PAYLOAD_INDEXES.keys() == {
        "metadata.team",
        "metadata.year",
    }


async def test_a_name_declared_with_another_type_stops_the_start(
    collection: MakeCollection,
) -> None:
    await collection(year="keyword").prepare()

    with pytest.raises(ConfigurationError, match=r"metadata\.year .* keyword .* float"):
        await collection(year="integer").prepare()


async def test_two_starts_at_once_make_one_collection(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    await collection().prepare()
    made = dict(server.collections)
    server.collections.clear()
    server.aliases.clear()
    server.overtaken = lambda: server.collections.update(made)

    await collection().prepare()

    assert server.collections == made
    assert server.aliases == {"docs": "docs-1"}


async def test_a_plain_collection_of_that_name_is_refused(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    server.collections["docs"] = {}

    with pytest.raises(StartupError, match="needs an alias there"):
        await collection().prepare()


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"model": "other"}, "model is 'm' in the stored"), ({"dimension": 8}, "dimension is 4 in")],
)
async def test_points_of_another_model_are_refused(
    collection: MakeCollection, changed: dict[str, Any], said: str
) -> None:
    await collection().prepare()

    with pytest.raises(FingerprintMismatch, match=said):
        await collection(**changed).prepare()


async def test_an_index_that_is_not_made_in_time_is_not_taken_for_made(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    server.indexing = "acknowledged"

    with pytest.raises(StoreUnavailable, match="has not applied the write"):
        await collection().prepare()
    assert server.aliases == {}


async def test_a_collection_that_is_only_compared_is_not_made(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    with pytest.raises(ConfigurationError, match="nothing was ever stored"):
        await collection(is_only_compared=True).prepare()

    assert server.collections == {}


async def test_a_collection_that_is_only_compared_gets_no_index(
    server: ScriptedQdrant, collection: MakeCollection, caplog: pytest.LogCaptureFixture
) -> None:
    await collection().prepare()
    del server.indexes["tags"]

    with caplog.at_level(logging.WARNING):
        await collection(is_only_compared=True).prepare()

    assert "tags" not in server.indexes
    assert "has no payload index of tags" in caplog.text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "QDRANT_API_KEY may not .*see the collection behind the alias"),
        (400, "answered 400: .*it failed"),
    ],
)
async def test_a_collection_that_cannot_be_made_stops_the_start(
    server: ScriptedQdrant, collection: MakeCollection, status: int, said: str
) -> None:
    server.refused_creation = status

    with pytest.raises(StartupError, match=said):
        await collection().prepare()


async def test_a_server_that_is_away_is_waited_for(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    server.failures.extend([503] * 5)

    with pytest.raises(StoreUnavailable, match="answered 503"):
        await collection().prepare()
