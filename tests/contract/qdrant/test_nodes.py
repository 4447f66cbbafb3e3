"""What backups and operators rely on: nodes, replicas, snapshots of shards."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse
from qdrant_edge import CountRequest, EdgeShard

from tests.contract.qdrant.conftest import Collection
from tests.support.face_process import running_face
from tests.support.qdrant_address import QdrantAddress

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def rest(qdrant: QdrantAddress) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"api-key": qdrant.api_key}
    async with httpx.AsyncClient(base_url=qdrant.url, headers=headers, timeout=30) as client:
        yield client


async def test_a_shard_streams_as_a_snapshot_that_the_embedded_engine_reads(
    collection: Collection, rest: httpx.AsyncClient, quick_folder: Path
) -> None:
    await collection.upsert(*(collection.point(number) for number in range(100)))
    answer = await rest.get(f"/collections/{collection.name}/shards/0/snapshot")
    (quick_folder / "shard.snapshot").write_bytes(answer.content)
    EdgeShard.unpack_snapshot(str(quick_folder / "shard.snapshot"), str(quick_folder / "shard"))
    shard = EdgeShard.load(str(quick_folder / "shard"))
    assert shard.count(CountRequest(exact=True)) == 100
    shard.close()


async def test_a_kept_snapshot_is_listed_with_its_checksum_until_it_is_deleted(
    collection: Collection, rest: httpx.AsyncClient
) -> None:
    path = f"/collections/{collection.name}/shards/0/snapshots"
    made = (await rest.post(path)).json()["result"]
    assert (await rest.get(path)).json()["result"] == [made]
    content = (await rest.get(f"{path}/{made['name']}")).content
    assert hashlib.sha256(content).hexdigest() == made["checksum"]
    assert (await rest.delete(f"{path}/{made['name']}")).json()["result"] is True
    assert (await rest.get(f"{path}/{made['name']}")).status_code == 404


async def test_replicas_are_listed_where_they_are(collection: Collection) -> None:
    nodes = await collection.client.http.distributed_api.collection_cluster_info(collection.name)
    assert nodes.result is not None
    states = {shard.state for shard in nodes.result.local_shards}
    states |= {shard.state for shard in nodes.result.remote_shards}
    assert states == {models.ReplicaState.ACTIVE}


@pytest.mark.usefixtures("face_only")
async def test_a_cluster_has_several_addresses_and_shards_over_them(quick_folder: Path) -> None:
    async with running_face(quick_folder, peers=3) as face:
        client = QdrantAddress(face.urls[2]).client()
        await client.create_collection("c", vectors_config={}, shard_number=3, replication_factor=2)
        await client.upsert("c", [models.PointStruct(id=n, vector={}) for n in range(60)])
        points, following = await client.scroll("c", limit=50)
        assert ([point.id for point in points], following) == ([*range(50)], 50)
        nodes = (await client.http.distributed_api.collection_cluster_info("c")).result
        assert nodes is not None
        assert (len(nodes.local_shards), len(nodes.remote_shards)) == (2, 4)
        status = await client.cluster_status()
        assert isinstance(status, models.ClusterStatusOneOf1)
        assert len(status.peers) == 3
        await client.close()


@pytest_asyncio.fixture(loop_scope="session")
async def damaged(quick_folder: Path) -> AsyncIterator[AsyncQdrantClient]:
    """A cluster of three with a collection "c" on all of them, one of which is dead."""
    async with running_face(quick_folder, peers=3) as face:
        client = QdrantAddress(face.url).client()
        await client.create_collection("c", vectors_config={}, shard_number=1, replication_factor=3)
        await face.declare_peer(2, "Dead")
        yield client
        await client.close()


@pytest.mark.usefixtures("face_only")
async def test_a_quorum_reads_on_with_a_node_down_and_a_majority_does_not(
    damaged: AsyncQdrantClient,
) -> None:
    for enough in (1, 2, models.ReadConsistencyType.QUORUM):
        assert await damaged.retrieve("c", [1], consistency=enough) == []
    for too_many in (3, models.ReadConsistencyType.MAJORITY, models.ReadConsistencyType.ALL):
        with pytest.raises(UnexpectedResponse, match="does not have enough active replicas"):
            await damaged.retrieve("c", [1], consistency=too_many)


@pytest.mark.usefixtures("face_only")
async def test_the_highest_node_orders_writes_even_when_it_is_down(
    damaged: AsyncQdrantClient,
) -> None:
    points = [models.PointStruct(id=1, vector={})]
    await damaged.upsert("c", points)
    with pytest.raises(UnexpectedResponse, match="with Strong ordering via leader peer"):
        await damaged.upsert("c", points, ordering=models.WriteOrdering.STRONG)
