"""The collection is made whole, once, or found to be what its points need."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from qdrant_client import AsyncQdrantClient

from netgpt_docs_service.errors import (
    ConfigurationError,
    FingerprintMismatch,
    StartupError,
    StoreUnavailable,
)
from netgpt_docs_service.store import schema
from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_collection import ServerCollection
from netgpt_docs_service.store.server_replicas import Replicas, ReplicaWish
from tests.support.scripted_qdrant import ScriptedQdrant

MakeCollection = Callable[..., ServerCollection]


@pytest.fixture
def collection(client: AsyncQdrantClient, calls: ServerCalls) -> MakeCollection:
    def make(
        *,
        model: str = "m",
        dimension: int = 4,
        wish: ReplicaWish | None = None,
        is_only_compared: bool = False,
        **filterable: str,
    ) -> ServerCollection:
        return ServerCollection(
            client=client,
            calls=calls,
            dimension=dimension,
            description={"model": model},
            wish=wish or ReplicaWish(),
            timeout_s=10,
            is_only_compared=is_only_compared,
            filterable=filterable,
        )

    return make


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
    ("spoil", "said"),
    [
        (lambda made: made["vectors"].pop("dense"), "vector 'dense' is None"),
        (lambda made: made["vectors"]["dense"].update(size=8), "size of vector 'dense' is 8"),
        (lambda made: made["vectors"]["dense"].update(distance="Dot"), "distance of vector"),
        (lambda made: made.pop("hnsw_config"), "hnsw m is 16, this service needs 0"),
        (lambda made: made["hnsw_config"].update(payload_m=0), "hnsw payload_m is 0"),
        (lambda made: made.pop("quantization_config"), "quantization is None"),
        (
            lambda made: made.update(quantization_config={"binary": {}}),
            "quantization is 'BinaryQuantization'",
        ),
        (
            lambda made: made["quantization_config"]["scalar"].update(quantile=0.5),
            "quantile of quantization is 0.5",
        ),
        (
            lambda made: made["strict_mode_config"].update(max_query_limit=100),
            "strict mode's max_query_limit is 100, this service needs 2000",
        ),
        (
            lambda made: made["strict_mode_config"].update(search_allow_exact=False),
            "strict mode's search_allow_exact is False",
        ),
        (lambda made: made["sparse_vectors"]["bm25"].pop("modifier"), "modifier of sparse vector"),
        (lambda made: made.pop("sparse_vectors"), "modifier of sparse vector"),
    ],
)
async def test_a_part_that_does_not_fit_is_named(
    server: ScriptedQdrant,
    collection: MakeCollection,
    spoil: Callable[[dict[str, Any]], object],
    said: str,
) -> None:
    await collection().prepare()
    spoil(server.collections["docs-1"])

    with pytest.raises(StartupError, match=said):
        await collection().prepare()


@pytest.mark.parametrize(
    ("field", "index", "said"),
    [
        ("doc_id", {"data_type": "text", "points": 0}, "index of 'doc_id' is 'text'"),
        ("tenant", {"data_type": "keyword", "points": 0}, "is_tenant of the payload index"),
    ],
)
async def test_a_wrong_payload_index_is_named(
    server: ScriptedQdrant,
    collection: MakeCollection,
    field: str,
    index: dict[str, object],
    said: str,
) -> None:
    await collection().prepare()
    server.indexes[field] = index

    with pytest.raises(StartupError, match=said):
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


@pytest.mark.parametrize(
    ("peers", "wish", "granted"),
    [
        (1, ReplicaWish(), (1, 1, 1)),
        (2, ReplicaWish(), (2, 2, 1)),
        (3, ReplicaWish(), (3, 3, 2)),
        (5, ReplicaWish(), (3, 3, 2)),
        (5, ReplicaWish(shards=10, replication=2, write_consistency=2), (10, 2, 2)),
        (1, ReplicaWish(shards=6, replication=3, write_consistency=2), (6, 1, 1)),
    ],
)
def test_copies_are_limited_by_the_peers_there_are(
    peers: int, wish: ReplicaWish, granted: tuple[int, int, int]
) -> None:
    shards, replication, write_consistency = granted

    assert wish.granted(peers) == Replicas(
        shards=shards, replication=replication, write_consistency=write_consistency
    )


async def test_a_collection_on_a_cluster_is_spread(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    server.peers = 3
    await collection().prepare()

    made = server.collections["docs-1"]
    names = ("shard_number", "replication_factor", "write_consistency_factor")
    assert [made[name] for name in names] == [3, 3, 2]


async def test_a_cluster_that_is_still_forming_is_warned_of(
    server: ScriptedQdrant, collection: MakeCollection, caplog: pytest.LogCaptureFixture
) -> None:
    server.peers = 2

    with caplog.at_level(logging.WARNING):
        await collection().prepare()

    assert "each shard has 2 copies, and the cluster has 2 nodes" in caplog.text
    assert "replication_factor 3 and write_consistency_factor 2" in caplog.text


async def test_a_cluster_that_grew_is_told_at_every_start_what_to_do(
    server: ScriptedQdrant, collection: MakeCollection, caplog: pytest.LogCaptureFixture
) -> None:
    await collection().prepare()
    server.peers = 3

    with caplog.at_level(logging.WARNING):
        await collection().prepare()

    assert "each shard has 1 copy, and the cluster has 3 nodes" in caplog.text
    assert "PATCH /collections/docs-1" in caplog.text


@pytest.mark.parametrize(
    ("peers", "wish"),
    [(1, ReplicaWish()), (3, ReplicaWish()), (2, ReplicaWish(replication=2, write_consistency=1))],
)
async def test_what_was_asked_for_or_needs_no_more_is_not_warned_of(
    server: ScriptedQdrant,
    collection: MakeCollection,
    caplog: pytest.LogCaptureFixture,
    *,
    peers: int,
    wish: ReplicaWish,
) -> None:
    server.peers = peers

    with caplog.at_level(logging.WARNING):
        await collection(wish=wish).prepare()

    assert caplog.text == ""


@pytest.mark.parametrize(
    ("part", "spoil"),
    [
        ("vector 'dense'", lambda made: made["vectors"]["dense"].update(memory="pinned")),
        (
            "quantization",
            lambda made: made["quantization_config"]["scalar"].update(memory="cached"),
        ),
    ],
)
async def test_other_memory_than_ours_is_only_a_warning(
    server: ScriptedQdrant,
    collection: MakeCollection,
    caplog: pytest.LogCaptureFixture,
    *,
    part: str,
    spoil: Callable[[dict[str, Any]], object],
) -> None:
    await collection().prepare()
    spoil(server.collections["docs-1"])

    with caplog.at_level(logging.WARNING):
        await collection().prepare()

    assert f"memory of {part} is " in caplog.text


async def test_a_quantile_that_went_through_float32_is_the_same(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    await collection().prepare()
    stored = server.collections["docs-1"]["quantization_config"]["scalar"]
    stored["quantile"] = 0.9900000095367432

    await collection().prepare()


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


async def test_other_copies_than_asked_for_are_only_a_warning(
    collection: MakeCollection, caplog: pytest.LogCaptureFixture
) -> None:
    await collection().prepare()

    with caplog.at_level(logging.WARNING):
        await collection(wish=ReplicaWish(replication=3)).prepare()

    assert "QDRANT_REPLICATION is 3, the collection was made with 1" in caplog.text


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
