from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from qdrant_client import AsyncQdrantClient, models

from tests.support.qdrant_address import QdrantAddress, named_server, new_collection_name

EXACT = models.SearchParams(exact=True)


class Collection:
    """A collection laid out as the service's, spoken to with the real client."""

    def __init__(self, client: AsyncQdrantClient, name: str) -> None:
        self.client = client
        self.name = name

    def point(
        self,
        point_id: int,
        /,
        *,
        vector: Sequence[float] = (1.0, 0.0, 0.0, 0.0),
        words: Sequence[int] = (1,),
        **payload: object,
    ) -> models.PointStruct:
        weights = models.SparseVector(indices=[*words], values=[1.0] * len(words))
        return models.PointStruct(
            id=point_id,
            vector={"dense": [*vector], "bm25": weights},
            payload={"tenant": "acme"} | payload,
        )

    async def upsert(self, *points: models.PointStruct) -> models.UpdateStatus:
        return (await self.client.upsert(self.name, [*points])).status

    async def payload(self, number: int) -> dict[str, object] | None:
        found = await self.client.retrieve(self.name, [number])
        return found[0].payload if found else None

    async def best(self, query: object, *, using: str, **options: object) -> dict[int, float]:
        answer = await self.client.query_points(self.name, query=query, using=using, **options)  # type: ignore[arg-type]  # options of the client
        return {int(point.id): point.score for point in answer.points}


def equals(**wanted: str | int) -> models.FieldCondition:
    (key, value), *_ = wanted.items()
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def all_of(*conditions: models.Condition) -> models.Filter:
    return models.Filter(must=[*conditions])


@pytest_asyncio.fixture(loop_scope="session")
async def client(qdrant: QdrantAddress) -> AsyncIterator[AsyncQdrantClient]:
    client = qdrant.client()
    yield client
    await client.close()


@pytest_asyncio.fixture(loop_scope="session")
async def collection(client: AsyncQdrantClient) -> AsyncIterator[Collection]:
    name = new_collection_name()
    await client.create_collection(
        name,
        vectors_config={
            "dense": models.VectorParams(
                size=4,
                distance=models.Distance.COSINE,
                hnsw_config=models.HnswConfigDiff(m=0, payload_m=16),
            )
        },
        sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
        metadata={"made_by": "a test"},
        # A cluster would make one for each of its nodes.
        shard_number=1,
    )
    tenant = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
    await client.create_payload_index(name, "tenant", tenant)
    yield Collection(client, name)
    await client.delete_collection(name)


@pytest.fixture
def face_only() -> None:
    if named_server() is not None:
        pytest.skip("needs a face of its own; TEST_QDRANT_URL names a server")
