"""Any string is a document id, and it takes exactly one part of a path."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest
from starlette.types import Message, Scope

from tests.support.edge import SECRETS, Edge

IDS = [
    "a/b",
    "a/chunks",
    "a%2Fb",
    "..",
    ".",
    "ü",
    " ",
    "delete",
    "a?b#c",
    "%",
    "+",
    "日本/語",
    "text",
]


async def raw_get(edge: Edge, raw_path: bytes) -> int:
    """Ask with a path exactly as it is given: clients tidy theirs up."""
    statuses: list[int] = []
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": "/unused",
        "raw_path": raw_path,
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {SECRETS['acme']}".encode())],
        "state": dict(edge.state),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await edge.app(scope, receive, send)
    return statuses[0]


def path_of(doc_id: str, rest: str = "") -> str:
    encoded = quote(doc_id, safe="").replace(".", "%2E")
    return f"/documents/{encoded}{rest}"


@pytest.mark.parametrize("doc_id", IDS)
async def test_any_id_reads_and_changes_its_own_document(
    acme: httpx.AsyncClient, doc_id: str
) -> None:
    for each in IDS:
        await acme.post("/ingest", json={"doc_id": each, "text": f"the text of {each}"})

    manifest = (await acme.get(path_of(doc_id))).json()
    chunks = (await acme.get(path_of(doc_id, "/chunks"))).json()
    text = (await acme.get(path_of(doc_id, "/text"))).json()
    verified = (await acme.get(path_of(doc_id, "/verify"))).json()
    changed = (await acme.patch(path_of(doc_id), json={"title": "new"})).json()
    deleted = await acme.delete(path_of(doc_id))

    answered = {each["doc_id"] for each in (manifest, chunks, text, verified, changed)}
    assert answered == {doc_id}
    assert text["text"] == f"the text of {doc_id}"
    assert deleted.status_code == 200
    assert (await acme.get("/documents")).json()["total_count"] == len(IDS) - 1


async def test_dots_reach_the_router_as_ids(edge: Edge, acme: httpx.AsyncClient) -> None:
    await acme.post("/ingest", json={"doc_id": "..", "text": "dots"})

    assert await raw_get(edge, b"/documents/..") == 200
    assert await raw_get(edge, b"/documents/%2E%2E/text") == 200
    assert await raw_get(edge, b"/documents/.") == 404


@pytest.mark.parametrize(
    ("raw_path", "status"),
    [
        (b"/documents/%", 422),
        (b"/documents/%zz", 422),
        (b"/documents/a%2", 422),
        (b"/documents/%ff", 422),
        (b"/documents/%ed%a0%80", 422),
        (b"/documents/\xff", 422),
        (b"/documents/%00", 422),
        (b"/documents/a%0Ab", 422),
        (b"/documents/" + b"a" * 256, 422),
        (b"/documents/", 404),
        (b"/documents//text", 404),
        (b"/documents/a/b", 404),
        (b"/documents/a/text/", 404),
        (b"/%64ocuments/a", 404),
        (b"/%zz", 404),
        (b"/\xff", 404),
        (b"//", 404),
    ],
)
async def test_an_odd_path_is_a_problem_and_never_an_error(
    edge: Edge, raw_path: bytes, status: int
) -> None:
    assert await raw_get(edge, raw_path) == status


async def test_a_known_path_may_be_percent_encoded(edge: Edge) -> None:
    assert await raw_get(edge, b"/%6De") == 200
