"""Copies are as many as a cluster can hold, and an operator learns of each that is missing."""

from __future__ import annotations

import logging

import pytest

from netgpt_docs_service.store.server_replicas import Replicas, ReplicaWish
from tests.support.scripted_qdrant import ScriptedQdrant
from tests.unit.store.server.conftest import MakeCollection


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


async def test_other_copies_than_asked_for_are_only_a_warning(
    collection: MakeCollection, caplog: pytest.LogCaptureFixture
) -> None:
    await collection().prepare()

    with caplog.at_level(logging.WARNING):
        await collection(wish=ReplicaWish(replication=3)).prepare()

    assert "QDRANT_REPLICATION is 3, the collection was made with 1" in caplog.text
