"""Errors under /v1: OpenAI's shape for every status, with the headers of every other route."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import httpx
import pytest
from starlette.exceptions import HTTPException

from netgpt_docs_service.api.problems import tell
from netgpt_docs_service.api.state import State
from netgpt_docs_service.errors import EmbeddingFailed, Overloaded

SENT: dict[str, Any] = {"model": "hash", "input": "a licence"}


@dataclass(frozen=True, slots=True)
class Failing:
    """An embedder that ends in an error; without one it never ends."""

    error: Exception | None
    dimension: int = 32

    async def embed_texts(self, *_: object, **__: object) -> NoReturn:
        if self.error is None:
            await asyncio.Event().wait()
        raise self.error or AssertionError


@pytest.fixture
def fail(state: State) -> Callable[[Exception | None], None]:
    def fail(error: Exception | None) -> None:
        services = state["services"]
        embed = replace(services.embed, embedder=Failing(error))  # type: ignore[arg-type]  # it fails anyway
        state["services"] = replace(services, embed=embed)

    return fail


async def test_an_error_has_openais_shape_and_nothing_else(acme: httpx.AsyncClient) -> None:
    answer = await acme.post("/v1/embeddings", json={**SENT, "model": "text-embedding-3-small"})

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "error": {
            "message": "the model 'text-embedding-3-small' is not served here; 'tests/hash' is",
            "type": "invalid_request_error",
            "param": None,
            "code": "model_not_found",
        }
    }


async def test_the_request_id_is_in_the_header(acme: httpx.AsyncClient) -> None:
    answer = await acme.get("/v1/models/none", headers={"X-Request-ID": "r-1"})

    assert (answer.status_code, answer.headers["X-Request-ID"]) == (404, "r-1")


@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1/models", "/v1/nowhere", "/v1", "/%761/x"])
async def test_a_stranger_is_told_in_this_shape(anyone: httpx.AsyncClient, path: str) -> None:
    answer = await anyone.get(path)

    error = answer.json()["error"]
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (error["type"], error["code"]) == ("authentication_error", "invalid_api_key")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/v1/nowhere", {}, 404, "not_found"),
        ("DELETE", "/v1/embeddings", {}, 405, "method_not_allowed"),
        ("POST", "/v1/embeddings", {"Content-Length": "10000000000"}, 413, "body_too_large"),
        ("POST", "/v1/embeddings", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        ("POST", "/v1/embeddings?a=1", {}, 422, "invalid_input"),
        ("GET", "/v1/models", {"X-Tenant-ID": "acme"}, 400, "bad_request"),
    ],
)
async def test_what_the_edge_refuses_is_told_in_this_shape(
    acme: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await acme.request(method, path, content=b"{}", headers=headers)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("error", "retry_after"),
    [
        (Overloaded("the queue is full", retry_after_s=6.2), "7"),
        (EmbeddingFailed(), "1"),
    ],
)
async def test_what_may_be_tried_again_is_503_and_says_when(
    acme: httpx.AsyncClient,
    fail: Callable[[Exception | None], None],
    error: Overloaded | EmbeddingFailed,
    retry_after: str,
) -> None:
    fail(error)

    answer = await acme.post("/v1/embeddings", json=SENT)

    told = answer.json()["error"]
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, retry_after)
    assert (told["type"], told["code"]) == ("server_error", error.kind)
    assert told["message"] == error.message


async def test_what_takes_too_long_is_503(
    acme: httpx.AsyncClient, state: State, fail: Callable[[Exception | None], None]
) -> None:
    fail(None)
    state["deadline_s"] = 0.05

    answer = await acme.post("/v1/embeddings", json=SENT)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["error"]["code"] == "deadline_exceeded"


async def test_an_unexpected_error_says_nothing_of_our_insides(
    acme: httpx.AsyncClient, fail: Callable[[Exception | None], None]
) -> None:
    fail(RuntimeError("the secret of the archive"))

    answer = await acme.post("/v1/embeddings", json=SENT)

    assert answer.status_code == 500
    assert answer.json() == {
        "error": {
            "message": "An unexpected error; the request id finds it in the log",
            "type": "server_error",
            "param": None,
            "code": "internal_error",
        }
    }


def test_a_limit_of_requests_is_a_rate_limit_error() -> None:
    scope = {"type": "http", "path": "/v1/embeddings", "raw_path": b"/v1/embeddings"}

    answer = tell(scope, HTTPException(429, "wait", {"Retry-After": "3"})).response(scope)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert b'"type":"rate_limit_error"' in answer.body


async def test_other_routes_keep_their_problems(acme: httpx.AsyncClient) -> None:
    answer = await acme.get("/v10/embeddings")

    assert answer.headers["Content-Type"] == "application/problem+json"
