"""What the adapter relies on when it writes and reads points, seen with the real client.

With TEST_QDRANT_URL a real server is asked: what holds there has to hold for the face.
"""

from __future__ import annotations

import pytest
from qdrant_client import models
from qdrant_client.http.exceptions import UnexpectedResponse

from tests.contract.qdrant.conftest import Collection, all_of, equals

pytestmark = pytest.mark.asyncio(loop_scope="session")

OLDER = all_of(models.FieldCondition(key="sequence", range=models.Range(lt=5)))


async def test_a_write_that_is_waited_for_is_completed(collection: Collection) -> None:
    assert await collection.upsert(collection.point(1)) is models.UpdateStatus.COMPLETED


async def test_a_write_that_is_not_waited_for_is_acknowledged(collection: Collection) -> None:
    point = collection.point(1)
    result = await collection.client.upsert(collection.name, [point], wait=False)
    assert result.status is models.UpdateStatus.ACKNOWLEDGED


@pytest.mark.parametrize(("standing", "expected"), [(4, 5), (6, 6)])
async def test_an_update_filter_compares_and_sets_and_never_says_who_won(
    collection: Collection, standing: int, expected: int
) -> None:
    await collection.upsert(collection.point(1, sequence=standing))
    point = collection.point(1, sequence=5)
    result = await collection.client.upsert(collection.name, [point], update_filter=OLDER)
    assert result.status is models.UpdateStatus.COMPLETED
    assert await collection.payload(1) == {"tenant": "acme", "sequence": expected}


@pytest.mark.parametrize(
    ("mode", "is_there"),
    [(models.UpdateMode.UPSERT, True), (models.UpdateMode.UPDATE_ONLY, False)],
)
async def test_an_update_filter_inserts_what_is_new_unless_told_to_update_only(
    collection: Collection, mode: models.UpdateMode, *, is_there: bool
) -> None:
    await collection.client.upsert(
        collection.name, [collection.point(1)], update_filter=OLDER, update_mode=mode
    )
    assert (await collection.payload(1) is not None) is is_there


async def test_insert_only_overwrites_nothing(collection: Collection) -> None:
    await collection.upsert(collection.point(1, text="first"))
    await collection.client.upsert(
        collection.name,
        [collection.point(1, text="second")],
        update_mode=models.UpdateMode.INSERT_ONLY,
    )
    assert await collection.payload(1) == {"tenant": "acme", "text": "first"}


async def test_pages_follow_the_order_of_ids_and_end(collection: Collection) -> None:
    await collection.upsert(*(collection.point(number) for number in range(5, 0, -1)))
    first, following = await collection.client.scroll(collection.name, limit=3)
    last, end = await collection.client.scroll(collection.name, limit=3, offset=following)
    assert [point.id for point in (*first, *last)] == [1, 2, 3, 4, 5]
    assert (following, end) == (4, None)


async def test_a_page_that_is_exactly_full_is_the_last(collection: Collection) -> None:
    await collection.upsert(collection.point(1), collection.point(2))
    page, following = await collection.client.scroll(collection.name, limit=2)
    assert (len(page), following) == (2, None)


async def test_a_batch_of_columns_is_an_upsert_too(collection: Collection) -> None:
    batch = models.Batch(
        ids=[1, 2],
        vectors={"dense": [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]},
        payloads=[{"text": "one"}, {"text": "two"}],
    )
    await collection.client.upsert(collection.name, batch)
    assert await collection.payload(2) == {"text": "two"}


async def test_points_are_deleted_by_ids_and_by_what_they_hold(collection: Collection) -> None:
    await collection.upsert(
        *(collection.point(number, even=number % 2 == 0) for number in range(6))
    )
    await collection.client.delete(collection.name, [1])
    matching = models.FilterSelector(filter=all_of(equals(even=True)))
    await collection.client.delete(collection.name, matching)
    left, _ = await collection.client.scroll(collection.name)
    assert [point.id for point in left] == [3, 5]


async def test_a_payload_is_changed_in_place(collection: Collection) -> None:
    await collection.upsert(collection.point(1, text="kept"))
    await collection.client.set_payload(collection.name, {"expires": 5}, points=[1])
    assert await collection.payload(1) == {"tenant": "acme", "text": "kept", "expires": 5}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (all_of(equals(flag=True)), [1]),
        (all_of(equals(number=2)), [2]),
        (models.Filter(must_not=[equals(flag=True)]), [2, 3]),
        (models.Filter(should=[equals(flag=True), equals(number=2)]), [1, 2]),
        (all_of(models.IsEmptyCondition(is_empty=models.PayloadField(key="flag"))), [2, 3]),
        (all_of(models.HasIdCondition(has_id=[3])), [3]),
        (all_of(models.HasIdCondition(has_id=[])), []),
        (all_of(models.FieldCondition(key="number", range=models.Range(gte=2, lt=3))), [2]),
        (all_of(models.Filter(must_not=[equals(number=2)])), [1, 3]),
        (all_of(models.FieldCondition(key="tags", match=models.MatchAny(any=["x", "z"]))), [3]),
    ],
)
async def test_filters_mean_what_they_say(
    collection: Collection, condition: models.Filter, expected: list[int]
) -> None:
    await collection.upsert(
        collection.point(1, flag=True, number=1),
        collection.point(2, number=2),
        collection.point(3, number=3, tags=["x", "y"]),
    )
    found, _ = await collection.client.scroll(collection.name, condition)
    assert [point.id for point in found] == expected


async def test_dates_are_compared_to_the_microsecond(collection: Collection) -> None:
    await collection.upsert(
        collection.point(1, at="2026-05-01T12:30:00.000001Z"),
        collection.point(2, at="2026-05-01T12:30:00.000002Z"),
    )
    after = models.DatetimeRange(gt="2026-05-01T12:30:00.000001Z")
    found, _ = await collection.client.scroll(
        collection.name, all_of(models.FieldCondition(key="at", range=after))
    )
    assert [point.id for point in found] == [2]


async def test_the_nearest_come_first_with_their_cosine(collection: Collection) -> None:
    await collection.upsert(
        collection.point(1, vector=[0.0, 1.0, 0.0, 0.0]),
        collection.point(2, vector=[2.0, 0.0, 0.0, 0.0]),
    )
    quantization = models.QuantizationSearchParams(rescore=True, oversampling=1.0)
    params = models.SearchParams(quantization=quantization)
    asked = [1.0, 0.0, 0.0, 0.0]
    found = await collection.best(asked, using="dense", search_params=params)
    assert found == {2: pytest.approx(1.0), 1: pytest.approx(0.0)}


async def test_words_are_weighed_within_the_corpus_that_is_asked_for(
    collection: Collection,
) -> None:
    rare, common = 7, 8
    await collection.upsert(
        collection.point(1, words=[rare, common]),
        *(collection.point(number, words=[common]) for number in range(2, 6)),
        *(collection.point(number, words=[rare], tenant="other") for number in range(10, 60)),
    )
    own = all_of(equals(tenant="acme"))
    params = models.SearchParams(idf=models.IdfCorpusParams(corpus=own))
    asked = models.SparseVector(indices=[rare], values=[1.0])
    options = {"using": "bm25", "query_filter": own}
    within = await collection.best(asked, search_params=params, **options)  # type: ignore[arg-type]  # as in best
    over_all = await collection.best(asked, **options)  # type: ignore[arg-type]  # as in best
    assert within[1] > 1.0 > over_all[1]


async def test_several_queries_go_in_one_request(collection: Collection) -> None:
    await collection.upsert(collection.point(1, words=[3]), collection.point(2, words=[4]))
    dense = models.QueryRequest(query=[1.0, 0.0, 0.0, 0.0], using="dense", limit=1)
    words = models.SparseVector(indices=[4], values=[1.0])
    sparse = models.QueryRequest(query=words, using="bm25", limit=1, with_payload=["tenant"])
    answers = await collection.client.query_batch_points(collection.name, [dense, sparse])
    assert [len(answer.points) for answer in answers] == [1, 1]
    assert (answers[1].points[0].id, answers[1].points[0].payload) == (2, {"tenant": "acme"})


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        ({"dense": [1.0]}, "Vector dimension error: expected dim: 4, got 1"),
        ({"nobody": [1.0, 0.0, 0.0, 0.0]}, "Not existing vector name error: nobody"),
    ],
)
async def test_a_vector_that_does_not_fit_is_refused(
    collection: Collection, vector: models.VectorStruct, message: str
) -> None:
    point = models.PointStruct(id=1, vector=vector)
    with pytest.raises(UnexpectedResponse, match="400") as caught:
        await collection.upsert(point)
    assert message in caught.value.structured()["status"]["error"]
