"""Who gets in, and what each key may see and do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from netgpt_docs_service.api.auth import OPEN_ROUTES
from tests.support.edge import SECRETS, Edge
from tests.support.uploads import names

ROUTES: dict[str, Any] = {
    "POST /ingest": {"doc_id": "policy", "text": "mine"},
    "POST /ingest/batch": {"documents": [{"doc_id": "policy", "text": "mine"}]},
    "POST /ingest/files": names("policy"),
    "POST /ingest/preview": {"doc_id": "policy", "text": "mine"},
    "GET /documents": None,
    "GET /documents/policy": None,
    "GET /documents/policy/chunks": None,
    "GET /documents/policy/text": None,
    "GET /documents/policy/verify": None,
    "PATCH /documents/policy": {"title": "mine"},
    "DELETE /documents/policy": None,
    "POST /documents/delete": {
        "filter": {"type": "eq", "key": "doc_id", "value": "policy"},
        "dry_run": False,
    },
    "POST /query": {"query": "licence"},
    "POST /query/batch": {"queries": [{"query": "licence"}]},
    "POST /v1/embeddings": {"model": "hash", "input": "licence"},
    "GET /v1/models": None,
    "GET /v1/models/hash": None,
    "GET /me": None,
}
SCOPES = {
    "ingest": {"POST /ingest", "POST /ingest/batch", "POST /ingest/files", "POST /ingest/preview"}
    | {"PATCH /documents/policy"},
    "delete": {"DELETE /documents/policy", "POST /documents/delete"},
    "none": {"GET /me"},
}
SCOPES["query"] = ROUTES.keys() - set().union(*SCOPES.values())
KEY_OF_SCOPE = {"ingest": "writer", "delete": "remover", "query": "reader"}
OF_ONE_DOCUMENT = [route for route in ROUTES if "/policy" in route]


async def ask(
    client: httpx.AsyncClient,
    route: str,
    headers: Any = None,  # noqa: ANN401  bytes that httpx does not type, too
) -> httpx.Response:
    method, _, path = route.partition(" ")
    sent = ROUTES[route]
    is_form = isinstance(sent, list)
    return await client.request(
        method,
        path,
        json=None if is_form else sent,
        files=sent if is_form else None,
        headers=headers,
    )


def test_every_route_that_is_not_open_is_tried_here(edge: Edge) -> None:
    served = {
        f"{method} {context.path}".replace("{doc_id}", "policy").replace("{model:path}", "hash")
        for context in iter_route_contexts(edge.app.routes)
        if context.path not in OPEN_ROUTES
        for method in context.methods or ()
    }

    assert served == ROUTES.keys()


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "header",
    [
        None,
        "Bearer not-a-key-of-ours",
        "Bearer",
        "Bearer ",
        f"Basic {SECRETS['acme']}",
        SECRETS["acme"],
        f"Bearer {SECRETS['expired']}",
        b"Bearer caf\xc3\xa9-\xff",
    ],
)
async def test_no_route_answers_without_a_good_key(
    anyone: httpx.AsyncClient, route: str, header: str | bytes | None
) -> None:
    answer = await ask(anyone, route, {} if header is None else {b"Authorization": header})

    spoken = "application/json" if " /v1/" in route else "application/problem+json"
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == spoken


async def test_two_authorization_headers_are_refused(anyone: httpx.AsyncClient) -> None:
    twice = [("Authorization", f"Bearer {SECRETS[key]}") for key in ("acme", "other")]

    assert (await anyone.get("/me", headers=twice)).status_code == 401


async def test_the_scheme_is_read_in_any_case(anyone: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"bEARER  {SECRETS['acme']}"}

    assert (await anyone.get("/me", headers=headers)).status_code == 200


async def test_an_unknown_path_tells_a_stranger_nothing(anyone: httpx.AsyncClient) -> None:
    assert (await anyone.get("/nowhere")).status_code == 401


@pytest.mark.parametrize("route", sorted(OPEN_ROUTES))
async def test_open_routes_answer_without_a_key(anyone: httpx.AsyncClient, route: str) -> None:
    assert (await anyone.get(route)).status_code == 200


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("scope", KEY_OF_SCOPE)
async def test_a_key_does_what_its_scope_allows_and_nothing_else(
    edge: Edge, stored: dict[str, Any], route: str, scope: str
) -> None:
    is_allowed = route in SCOPES[scope] | SCOPES["none"]

    async with edge.client(KEY_OF_SCOPE[scope]) as client:
        answer = await ask(client, route)

    assert stored["doc_id"] == "policy"
    assert (answer.status_code in (200, 201)) is is_allowed
    assert (answer.status_code == 403) is not is_allowed


@pytest.mark.parametrize("route", OF_ONE_DOCUMENT)
async def test_another_tenants_document_is_404_and_stays_as_it_is(
    acme: httpx.AsyncClient, other: httpx.AsyncClient, stored: dict[str, Any], route: str
) -> None:
    before = (await acme.get("/documents/policy")).json()

    answer = await ask(other, route)

    assert answer.status_code == 404
    assert (await acme.get("/documents/policy")).json() == before
    assert before["version"] == stored["version"]


async def test_an_operator_acts_for_the_tenant_it_names(
    edge: Edge, acme: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    async with edge.client("operator", **{"X-Tenant-ID": "acme"}) as operator:
        manifest = (await operator.get("/documents/policy")).json()
        me = (await operator.get("/me")).json()

    assert manifest == (await acme.get("/documents/policy")).json()
    assert (me["key_id"], me["tenant"]) == ("operator", "acme")
    assert stored["version"] == manifest["version"]


@pytest.mark.parametrize("name", [None, "", "*", "Acme", "../acme", "a" * 64])
async def test_an_operator_must_name_a_tenant(edge: Edge, name: str | None) -> None:
    headers = {} if name is None else {"X-Tenant-ID": name}

    async with edge.client("operator", **headers) as operator:
        answer = await operator.get("/me")

    assert answer.status_code == 400


async def test_no_other_key_may_name_a_tenant(edge: Edge) -> None:
    async with edge.client("acme", **{"X-Tenant-ID": "acme"}) as client:
        answer = await client.get("/me")

    assert answer.status_code == 400
