"""Whatever a caller names of another tenant, on whatever route, it is as if it never was."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from netgpt_docs_service.api.state import State
from netgpt_docs_service.domain.chunks import manifest_id
from netgpt_docs_service.domain.documents import Document, DocumentFields, Origin
from tests.support.edge import Edge
from tests.support.foreign_requests import CANARY, NEVER, OPERATIONS, Names, heard
from tests.support.shared_engine import SharedEngine
from tests.support.tenant_points import points_of

TEXT = f"{CANARY} " * 20
THEIRS = DocumentFields(
    title=f"{CANARY} title",
    doc_type=CANARY,
    intent=CANARY,
    tags=(CANARY,),
    source=CANARY,
    metadata={"note": CANARY, "number": 3},
)


@pytest.fixture
async def theirs(acme: httpx.AsyncClient, state: State) -> Names:
    """Names of two documents of the tenant acme, which say one word in every field."""
    for doc_id in ("theirs", "theirs/too"):
        document = Document(
            doc_id=doc_id,
            text=TEXT,
            fields=THEIRS,
            origin=Origin(filename=f"{CANARY}.txt", language=CANARY, metadata={"author": CANARY}),
        )
        await state["services"].ingest.ingest("acme", document)
    page = (await acme.get("/documents", params={"limit": 1})).json()
    return Names(doc_id="theirs", word=CANARY, cursor=page["next_cursor"], content=TEXT.encode())


@pytest.fixture
async def named(engine: SharedEngine, theirs: Names) -> list[Names]:
    """Every kind of id there is of a document: where one is asked for, any may be sent."""
    point_ids = [point.id for point in await points_of(engine, "acme")]
    others = ((point_ids[0], b"penguin " * 20), (point_ids[-1], b"jackdaw " * 20))
    return [theirs, *(replace(theirs, doc_id=each, content=content) for each, content in others)]


def test_every_route_is_asked(edge: Edge) -> None:
    served = {
        f"{method} {context.path}".replace(":path}", "}")
        for context in iter_route_contexts(edge.app.routes)
        for method in context.methods or ()
        if method != "HEAD"
    }

    assert served == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_what_is_anothers_is_answered_like_what_never_was(
    other: httpx.AsyncClient, engine: SharedEngine, named: list[Names], operation: str
) -> None:
    before = await points_of(engine, "acme")

    of_theirs = [await heard(other, operation, names) for names in named]
    of_nothing = [each.compared() for each in await heard(other, operation, NEVER)]

    compared = [[each.compared() for each in answers] for answers in of_theirs]
    assert compared == [of_nothing] * len(named)
    assert CANARY not in str(of_theirs)
    assert await points_of(engine, "acme") == before


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_document_of_the_same_id_is_all_that_a_tenant_touches(
    other: httpx.AsyncClient, engine: SharedEngine, theirs: Names, operation: str
) -> None:
    await other.post("/ingest", json={"doc_id": theirs.doc_id, "text": "mine " * 20})
    before = await points_of(engine, "acme")

    answers = await heard(other, operation, theirs)

    assert CANARY not in str(answers)
    assert await points_of(engine, "acme") == before


@pytest.mark.parametrize(
    "operation",
    [
        "GET /documents",
        "GET /documents/{doc_id}",
        "GET /documents/{doc_id}/chunks",
        "GET /documents/{doc_id}/text",
        "POST /query",
        "POST /query/batch",
    ],
)
async def test_the_owner_itself_hears_the_word(
    acme: httpx.AsyncClient, theirs: Names, operation: str
) -> None:
    answers = await heard(acme, operation, theirs)

    assert CANARY in str(answers)


async def test_metrics_name_no_tenant_and_nothing_of_one(
    acme: httpx.AsyncClient, anyone: httpx.AsyncClient, theirs: Names
) -> None:
    for operation in OPERATIONS:
        await heard(acme, operation, theirs)

    scraped = (await anyone.get("/metrics")).text

    assert [word for word in (CANARY, theirs.doc_id, "acme") if word in scraped] == []


async def test_a_point_id_of_ones_own_document_is_no_document_either(
    acme: httpx.AsyncClient, theirs: Names
) -> None:
    answer = await acme.get(f"/documents/{manifest_id('acme', theirs.doc_id)}")

    assert answer.status_code == 404


async def test_the_owner_itself_is_told_of_a_copy_and_of_a_name_that_is_taken(
    acme: httpx.AsyncClient, theirs: Names
) -> None:
    taken, copy, *_ = await heard(acme, "POST /ingest/files", theirs)

    assert "name_taken" in taken.said
    assert '"duplicate_of":"theirs"' in copy.said
