"""What backups and operators rely on: nodes, replicas, snapshots of shards, restarts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from qdrant_client import models
from qdrant_edge import CountRequest, EdgeShard

from tests.contract.qdrant.conftest import Collection
from tests.support.face_process import API_KEY, FaceProcess, running_face
from tests.support.qdrant_address import QdrantAddress

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def rest(qdrant: QdrantAddress) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"api-key": qdrant.api_key}
    async with httpx.AsyncClient(base_url=qdrant.url, headers=headers, timeout=30) as client:
        yield client


async def test_a_shard_streams_as_a_snapshot_that_the_embedded_engine_reads(
    collection: Collection, rest: httpx.AsyncClient, tmp_path: Path
) -> None:
    await collection.upsert(*(collection.point(number) for number in range(100)))
    answer = await rest.get(f"/collections/{collection.name}/shards/0/snapshot")
    (tmp_path / "shard.snapshot").write_bytes(answer.content)
    EdgeShard.unpack_snapshot(str(tmp_path / "shard.snapshot"), str(tmp_path / "shard"))
    shard = EdgeShard.load(str(tmp_path / "shard"))
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
    shards = [*nodes.result.local_shards, *nodes.result.remote_shards]
    assert {shard.state for shard in shards} == {models.ReplicaState.ACTIVE}


@pytest.mark.usefixtures("face_only")
async def test_a_cluster_has_several_addresses_and_shards_over_them(tmp_path: Path) -> None:
    async with running_face(tmp_path, peers=3) as face:
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


@pytest.mark.usefixtures("face_only")
async def test_a_face_that_was_killed_comes_back_with_everything(tmp_path: Path) -> None:
    face = await FaceProcess.start(tmp_path)
    client = QdrantAddress(face.url).client()
    await client.create_collection("kept", vectors_config={}, metadata={"a": 1})
    await client.upsert("kept", [models.PointStruct(id=1, vector={}, payload={"b": 2})])
    await client.close()
    await face.kill()
    async with running_face(tmp_path) as again:
        client = QdrantAddress(again.url).client()
        assert (await client.retrieve("kept", [1]))[0].payload == {"b": 2}
        assert (await client.get_collection("kept")).config.metadata == {"a": 1}
        await client.close()


@pytest.mark.usefixtures("face_only")
async def test_a_frozen_face_answers_when_it_is_woken(tmp_path: Path) -> None:
    headers = {"api-key": API_KEY}
    async with (
        running_face(tmp_path) as face,
        httpx.AsyncClient(base_url=face.url, headers=headers) as client,
    ):
        face.pause()
        waiting = asyncio.ensure_future(client.get("/collections", timeout=10))
        _, is_waiting = await asyncio.wait({waiting}, timeout=0.2)
        face.resume()
        assert is_waiting
        assert (await waiting).status_code == 200
