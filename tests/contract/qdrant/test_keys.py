"""Who may ask the face for what, by the key that comes along."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.support.qdrant_face.answers import Guard

POINTS = "/collections/c/points"


@pytest.fixture
def guarded() -> Guard:
    async def inside(_request: Request) -> Response:
        return PlainTextResponse("in")

    methods = ["GET", "PUT", "POST", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", inside, methods=methods)])
    return Guard(app, api_key="writer", read_only_key="reader")


@pytest.mark.parametrize(
    ("key", "method", "path", "status"),
    [
        ("writer", "PUT", POINTS, 200),
        ("reader", "POST", POINTS, 200),
        ("reader", "POST", f"{POINTS}/query/batch", 200),
        ("reader", "GET", "/collections/c/shards/0/snapshot", 200),
        ("reader", "PUT", POINTS, 403),
        ("reader", "POST", f"{POINTS}/delete", 403),
        ("reader", "DELETE", "/collections/c", 403),
        ("stranger", "GET", "/collections", 401),
    ],
)
async def test_the_read_only_key_reads_and_no_more(
    guarded: Guard, key: str, method: str, path: str, status: int
) -> None:
    transport = httpx.ASGITransport(guarded)
    async with httpx.AsyncClient(transport=transport, base_url="http://face") as client:
        answer = await client.request(method, path, headers={"api-key": key})
    assert answer.status_code == status
