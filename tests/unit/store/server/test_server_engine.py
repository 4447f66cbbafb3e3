"""What the engine asks of a server: waited for, ordered where it decides, and to one replica."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime

import httpx
import pytest
from qdrant_client import AsyncQdrantClient

from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.search import SearchMode
from netgpt_docs_service.errors import NotFound, StoreUnavailable
from netgpt_docs_service.store.filters import findable_of_tenant, of_tenant
from netgpt_docs_service.store.payloads import Kind
from netgpt_docs_service.store.point_reads import Count, Rank, Retrieve, Scroll
from netgpt_docs_service.store.point_store import PointStore
from netgpt_docs_service.store.point_writes import Delete, Fence, Flush, Upsert
from netgpt_docs_service.store.points import Point, Request
from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_engine import MAX_DELETED, ServerEngine
from tests.support.scripted_qdrant import Clock, ScriptedQdrant, Told

OWN = of_tenant("acme", Kind.CHUNK)
POINT = Point("00000000-0000-0000-0000-000000000001", {"tenant": "acme"})
NOTHING = httpx.Response(200, json={"result": [], "status": "ok", "time": 0.0})
COMPLETED = httpx.Response(
    200, json={"result": {"status": "completed"}, "status": "ok", "time": 0.0}
)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
MANIFEST = Manifest(
    doc_id="doc", sequence=10, generation="10-1", version=10, created_at=NOW, updated_at=NOW
)
VECTOR = array("f", [1.0, 0.0]).tobytes()
SETTLED = Retrieve((POINT.id,), is_settled=True, tenant="acme")
RANK = Rank(
    filter=findable_of_tenant("acme"),
    corpus=findable_of_tenant("acme"),
    words="hello",
    vector=VECTOR,
    mode=SearchMode.HYBRID,
    limit=2,
)


@pytest.fixture
def engine(client: AsyncQdrantClient, calls: ServerCalls, server: ScriptedQdrant) -> ServerEngine:
    server.collections["docs"] = {}
    server.results |= {
        "points": [],
        "points/count": {"count": 3},
        "points/scroll": {"points": [], "next_page_offset": None},
    }
    return ServerEngine(client, calls, consistency=2, attempt_timeout_s=7)


@pytest.fixture
def writing_engine(engine: ServerEngine, server: ScriptedQdrant) -> ServerEngine:
    server.results["points"] = {"status": "completed"}
    return engine


@pytest.mark.parametrize(
    "request_",
    [
        Upsert(points=(POINT,)),
        Upsert(points=(POINT,), condition=OWN),
        Fence(POINT, OWN),
        Delete((POINT.id,)),
        Delete((POINT.id,), OWN),
    ],
)
async def test_every_write_is_waited_for(
    writing_engine: ServerEngine, server: ScriptedQdrant, request_: Request[None]
) -> None:
    await writing_engine.call(request_)

    (sent,) = server.requests
    assert (sent.url.params["wait"], sent.url.params["timeout"]) == ("true", "7")


@pytest.mark.parametrize(
    ("request_", "ordering"),
    [
        (Upsert(points=(POINT,)), None),
        (Upsert(points=(POINT,), condition=OWN), "strong"),
        (Fence(POINT, OWN), "strong"),
        (Delete((POINT.id,)), None),
        (Delete((POINT.id,), OWN), "strong"),
    ],
)
async def test_what_decides_between_writers_has_one_order(
    writing_engine: ServerEngine,
    server: ScriptedQdrant,
    request_: Request[None],
    ordering: str | None,
) -> None:
    await writing_engine.call(request_)

    assert server.requests[0].url.params.get("ordering") == ordering


@pytest.mark.parametrize(
    ("request_", "mode"),
    [
        (Upsert(points=(POINT,), condition=OWN), None),
        (Upsert(points=(POINT,), condition=OWN, update_only=True), "update_only"),
        (Fence(POINT, OWN), "update_only"),
    ],
)
async def test_a_condition_goes_along_with_what_it_guards(
    writing_engine: ServerEngine,
    server: ScriptedQdrant,
    request_: Request[None],
    mode: str | None,
) -> None:
    await writing_engine.call(request_)

    (body,) = server.bodies("PUT", "/points")
    assert (body["update_filter"], body.get("update_mode")) == (OWN, mode)


@pytest.mark.parametrize("status", ["acknowledged", "wait_timeout"])
async def test_only_a_completed_write_counts(
    writing_engine: ServerEngine, server: ScriptedQdrant, told: Told, status: str
) -> None:
    server.results["points"] = {"status": status}

    with pytest.raises(StoreUnavailable, match="has not applied the write"):
        await writing_engine.call(Upsert(points=(POINT,)))
    assert len(told.retries) > 3


async def test_many_points_are_sent_in_turns_that_hold_nobody_up(
    writing_engine: ServerEngine, server: ScriptedQdrant
) -> None:
    await writing_engine.call(Upsert(points=(POINT,) * 70))

    assert [len(body["points"]) for body in server.bodies("PUT", "/points")] == [32, 32, 6]


async def test_long_lists_of_ids_are_deleted_in_turns(
    writing_engine: ServerEngine, server: ScriptedQdrant
) -> None:
    await writing_engine.call(Delete((POINT.id,) * (MAX_DELETED + 1)))

    assert [len(body["points"]) for body in server.bodies("POST", "/delete")] == [MAX_DELETED, 1]


async def test_a_flush_has_nothing_to_do(engine: ServerEngine, server: ScriptedQdrant) -> None:
    await engine.call(Flush())

    assert server.requests == []


@pytest.mark.parametrize(
    ("request_", "consistency"),
    [
        (Retrieve(("x",), tenant="acme"), "2"),
        (Retrieve(("x",), is_settled=True, tenant="acme"), "quorum"),
        (Scroll(filter=OWN, limit=1), "2"),
        (Count(OWN), "2"),
    ],
)
async def test_reads_ask_as_many_replicas_as_they_should(
    engine: ServerEngine, server: ScriptedQdrant, request_: Request[object], consistency: str
) -> None:
    await engine.call(request_)

    assert server.requests[0].url.params["consistency"] == consistency


@pytest.mark.parametrize("empty", [1, 3])
async def test_what_replicas_do_not_agree_on_yet_is_read_again(
    engine: ServerEngine, server: ScriptedQdrant, clock: Clock, empty: int
) -> None:
    server.failures.extend([NOTHING] * empty)
    server.results["points"] = [{"id": POINT.id, "payload": POINT.payload}]

    assert await engine.call(SETTLED) == [POINT]
    assert len(server.requests) == empty + 1
    assert clock.now_s < 0.5


async def test_what_replicas_never_agree_on_is_not_taken_for_gone(
    engine: ServerEngine, server: ScriptedQdrant
) -> None:
    server.failures.extend([NOTHING] * 5)
    server.results["points"] = [{"id": POINT.id, "payload": POINT.payload}]

    with pytest.raises(StoreUnavailable, match="do not agree"):
        await engine.call(SETTLED)
    assert server.requests[-1].url.params["consistency"] == "2"


async def test_what_no_replica_has_is_gone(engine: ServerEngine, clock: Clock) -> None:
    assert await engine.call(SETTLED) == []
    assert clock.now_s < 0.5


async def test_a_document_that_was_written_is_not_told_to_be_gone(
    engine: ServerEngine, server: ScriptedQdrant
) -> None:
    server.failures.append(COMPLETED)

    with pytest.raises(StoreUnavailable, match="cannot be read back"):
        await PointStore(engine).flip("acme", MANIFEST)


async def test_only_a_copy_of_what_is_not_there_is_told_to_be_gone(
    engine: ServerEngine, server: ScriptedQdrant
) -> None:
    server.failures.append(COMPLETED)

    with pytest.raises(NotFound):
        await PointStore(engine).flip("acme", MANIFEST, copied_generation="9-1")


async def test_one_tenants_reads_go_to_one_replica_that_is_not_told_the_tenant(
    engine: ServerEngine, server: ScriptedQdrant
) -> None:
    await engine.call(Retrieve(("x",), tenant="acme"))
    await engine.call(Scroll(filter=OWN, limit=1))
    await engine.call(Count(of_tenant("other", Kind.CHUNK)))
    await engine.call(Count())
    routes = [each.headers.get("X-Qdrant-Route-Affinity") for each in server.requests]

    assert routes[0] == routes[1] != routes[2]
    assert routes[3] is None
    assert "acme" not in str(routes)


async def test_both_lists_are_asked_at_once_and_completed_with_exact_cosines(
    engine: ServerEngine, server: ScriptedQdrant
) -> None:
    def hits(*scores: tuple[int, float]) -> dict[str, object]:
        return {"points": [{"id": id_, "version": 1, "score": score} for id_, score in scores]}

    server.failures.extend(
        httpx.Response(200, json={"result": result, "status": "ok", "time": 0.0})
        for result in ([hits((1, 0.9)), hits((2, 4.5), (1, 3.0))], [hits((2, 0.1))])
    )

    scores = await engine.call(RANK)

    both, completing = server.bodies("POST", "/points/query/batch")
    assert scores == [("1", 0.9, 3.0), ("2", 0.1, 4.5)]
    assert [query["using"] for query in both["searches"]] == ["dense", "bm25"]
    assert both["searches"][1]["params"] == {"idf": {"corpus": RANK.corpus}}
    assert completing["searches"][0]["filter"] == {"must": [{"has_id": ["2"]}, RANK.corpus]}
    assert completing["searches"][0]["params"]["quantization"] == {"ignore": True}


async def test_a_server_that_cannot_be_reached_is_waited_for_longer_than_it_works(
    engine: ServerEngine, server: ScriptedQdrant, clock: Clock
) -> None:
    await engine.call(Count())

    waits = server.requests[0].extensions["timeout"]
    assert waits["read"] > 7
    assert waits["connect"] <= 2
    assert clock.now_s == 0
