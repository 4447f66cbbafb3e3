"""What the adapter relies on when it makes and finds collections, seen with the real client."""

from __future__ import annotations

import httpx
import pytest
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from tests.contract.qdrant.conftest import Collection, all_of, equals
from tests.support.qdrant_address import QdrantAddress, new_collection_name

pytestmark = pytest.mark.asyncio(loop_scope="session")

STRICT = models.StrictModeConfig(
    enabled=True,
    max_query_limit=10,
    upsert_max_batchsize=2,
    search_max_batchsize=1,
    filter_max_conditions=2,
    condition_max_size=2,
    search_max_oversampling=2.0,
    unindexed_filtering_retrieve=False,
)
NEAREST = models.QueryRequest(query=[1.0, 0.0, 0.0, 0.0], using="dense", limit=1)


async def test_a_collection_shows_how_it_was_made(collection: Collection) -> None:
    info = await collection.client.get_collection(collection.name)
    assert isinstance(info.config.params.vectors, dict)
    dense = info.config.params.vectors["dense"]
    assert (dense.size, dense.distance) == (4, models.Distance.COSINE)
    assert info.config.metadata == {"made_by": "a test"}
    assert info.payload_schema["tenant"].data_type is models.PayloadSchemaType.KEYWORD
    assert getattr(info.payload_schema["tenant"].params, "is_tenant", None) is True


async def test_metadata_is_merged_into_what_is_there(collection: Collection) -> None:
    await collection.client.update_collection(collection.name, metadata={"model": "small"})
    info = await collection.client.get_collection(collection.name)
    assert info.config.metadata == {"made_by": "a test", "model": "small"}


async def test_a_collection_that_is_not_there_is_named(client: AsyncQdrantClient) -> None:
    name = new_collection_name()
    with pytest.raises(UnexpectedResponse, match="404") as caught:
        await client.count(name)
    error = caught.value.structured()["status"]["error"]
    assert error == f"Not found: Collection `{name}` doesn't exist!"


async def test_a_collection_is_made_once(collection: Collection) -> None:
    with pytest.raises(UnexpectedResponse, match="409"):
        await collection.client.create_collection(collection.name, vectors_config={})


async def test_deleting_what_is_not_there_says_so(client: AsyncQdrantClient) -> None:
    assert await client.delete_collection(new_collection_name()) is False


async def test_an_alias_is_another_name_that_moves_at_once(collection: Collection) -> None:
    alias, client = new_collection_name(), collection.client
    await collection.upsert(collection.point(1))
    made = models.CreateAlias(collection_name=collection.name, alias_name=alias)
    await client.update_collection_aliases([models.CreateAliasOperation(create_alias=made)])
    assert (await client.count(alias)).count == 1
    gone = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))
    nowhere = models.CreateAlias(collection_name=new_collection_name(), alias_name=alias)
    with pytest.raises(UnexpectedResponse, match="404"):
        await client.update_collection_aliases(
            [gone, models.CreateAliasOperation(create_alias=nowhere)]
        )
    aliases = (await client.get_collection_aliases(collection.name)).aliases
    assert [each.alias_name for each in aliases] == [alias]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            lambda each: each.client.scroll(each.name, limit=11),
            'Limit exceeded 11 > 10 for "limit"',
        ),
        (
            lambda each: each.upsert(*(each.point(number) for number in range(3))),
            'Limit exceeded 3 > 2 for "upsert limit"',
        ),
        (
            lambda each: each.client.query_batch_points(each.name, [NEAREST, NEAREST]),
            'Limit exceeded 2 > 1 for "search batch size"',
        ),
        (
            lambda each: each.client.scroll(each.name, all_of(*[equals(tenant="a")] * 3)),
            "Filter condition limit reached (3 > 2)",
        ),
        (
            lambda each: each.client.scroll(each.name, all_of(equals(colour="red"))),
            'Index required but not found for "colour"',
        ),
        (
            lambda each: each.best(
                NEAREST.query,
                using="dense",
                search_params=models.SearchParams(
                    quantization=models.QuantizationSearchParams(oversampling=3.0)
                ),
            ),
            'for "oversampling"',
        ),
    ],
)
async def test_strict_mode_refuses_what_is_too_much(
    collection: Collection, request_: object, message: str
) -> None:
    await collection.client.update_collection(collection.name, strict_mode_config=STRICT)
    assert callable(request_)
    with pytest.raises(UnexpectedResponse, match="400") as caught:
        await request_(collection)
    assert message in caught.value.structured()["status"]["error"]


@pytest.mark.parametrize("path", ["count", "query"])
async def test_strict_mode_refuses_exactness_that_is_not_allowed(
    collection: Collection, path: str
) -> None:
    client = collection.client
    exactless = models.StrictModeConfig(enabled=True, search_allow_exact=False)
    await client.update_collection(collection.name, strict_mode_config=exactless)
    asked = {
        "count": client.count(collection.name, exact=True),
        "query": collection.best(NEAREST.query, using="dense"),
    }
    with pytest.raises(UnexpectedResponse, match="400"):
        await asked.pop(path)
    for other in asked.values():
        other.close()


@pytest.mark.parametrize("path", ["/", "/healthz", "/livez", "/readyz"])
async def test_health_needs_no_key(qdrant: QdrantAddress, path: str) -> None:
    async with httpx.AsyncClient(base_url=qdrant.url) as client:
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"api-key": "wrong"}, {"authorization": "Bearer wrong"}])
async def test_everything_else_needs_the_key(
    qdrant: QdrantAddress, headers: dict[str, str]
) -> None:
    if not qdrant.api_key:
        pytest.skip("TEST_QDRANT_API_KEY is not set: the server asks nobody for a key")
    async with httpx.AsyncClient(base_url=qdrant.url) as client:
        for path in ("/collections", "/cluster", "/health"):
            assert (await client.get(path, headers=headers)).status_code == 401


async def test_the_key_may_come_as_a_bearer(qdrant: QdrantAddress) -> None:
    headers = {"authorization": f"Bearer {qdrant.api_key}"} if qdrant.api_key else {}
    async with httpx.AsyncClient(base_url=qdrant.url, headers=headers) as client:
        assert (await client.get("/collections")).status_code == 200


@pytest.mark.parametrize("content", [b"{", b'{"points": [{"id": "no uuid", "vector": {}}]}'])
async def test_a_body_that_cannot_be_read_is_refused(
    collection: Collection, qdrant: QdrantAddress, content: bytes
) -> None:
    headers = {"api-key": qdrant.api_key, "content-type": "application/json"}
    async with httpx.AsyncClient(base_url=qdrant.url, headers=headers) as client:
        answer = await client.put(f"/collections/{collection.name}/points", content=content)
    assert answer.status_code == 400


async def test_a_body_above_32_mebibytes_is_refused(collection: Collection) -> None:
    with pytest.raises(UnexpectedResponse, match="413"):
        await collection.upsert(collection.point(1, text="x" * (33 << 20)))
