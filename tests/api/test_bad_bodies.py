"""What is refused of a body before anyone asks what it means: its size, its type, its JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

JSON = {"Content-Type": "application/json"}
OVER_LIMIT = b'{"doc_id": "big", "text": "' + b"x" * 12_000_000 + b'"}'

BAD_BODIES = {
    "invalid UTF-8": b'{"doc_id": "d", "text": "\xff"}',
    "UTF-16": '{"doc_id": "d", "text": "x"}'.encode("utf-16"),
    "truncated": b'{"doc_id": "d", "text": "so',
    "NaN": b'{"doc_id": "d", "text": "x", "metadata": {"a": NaN}}',
    "Infinity": b'{"doc_id": "d", "text": "x", "metadata": {"a": -Infinity}}',
    "a number beyond doubles": b'{"doc_id": "d", "text": "x", "metadata": {"a": 1e999}}',
    "an integer of 5,000 digits": b'{"doc_id": "d", "text": "x", "metadata": {"a": 1'
    + b"0" * 5000
    + b"}}",
    "100,000 brackets": b"[" * 100_000,
    "not JSON": b"doc_id=d&text=x",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_body_that_is_no_json_is_refused(acme: httpx.AsyncClient, name: str) -> None:
    answer = await acme.post("/ingest", content=BAD_BODIES[name], headers=JSON)

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("route", "values", "refused"),
    [
        ("/ingest/preview", 29_000, "16384 are allowed"),
        ("/ingest/preview", 31_000, "more than 30000 values"),
        ("/ingest/batch", 109_000, "at most 100"),
        ("/ingest/batch", 111_000, "more than 110000 values"),
    ],
)
async def test_a_body_of_very_many_values_is_refused_before_it_is_parsed(
    acme: httpx.AsyncClient, route: str, values: int, refused: str
) -> None:
    numbers = b"[" + b"1," * values + b"1]"
    document = b'{"doc_id": "d", "text": "x", "metadata": {"a": ' + numbers + b"}}"
    body = b'{"documents": ' + numbers + b"}" if route == "/ingest/batch" else document

    answer = await acme.post(route, content=body, headers=JSON)

    assert answer.status_code == 422
    assert refused in answer.json()["detail"]


async def test_a_text_of_brackets_and_commas_is_taken(acme: httpx.AsyncClient) -> None:
    answer = await acme.post("/ingest/preview", json={"doc_id": "d", "text": '[{,\\"' * 100_000})

    assert answer.status_code == 200


async def test_a_filter_a_thousand_deep_is_refused(acme: httpx.AsyncClient) -> None:
    opening = b'{"query": "q", "filter": ' + b'{"type": "and", "filters": [' * 1_000
    leaf = b'{"type": "eq", "key": "tags", "value": "x"}'

    answer = await acme.post("/query", content=opening + leaf + b"]}" * 1_000 + b"}", headers=JSON)

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "pointer", "offset"),
    [
        (b'{"doc_id": "d", "text": "abc\\ud800def"}', "/text", 3),
        (b'{"doc_id": "\\udfff", "text": "x"}', "/doc_id", 0),
        (b'{"doc_id": "d", "text": "x", "tags": ["ok", "b\\ud83d"]}', "/tags/1", 1),
    ],
)
async def test_a_lone_surrogate_is_refused_with_its_offset(
    acme: httpx.AsyncClient, body: bytes, pointer: str, offset: int
) -> None:
    answer = await acme.post("/ingest", content=body, headers=JSON)

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, pointer)
    assert fault["message"].endswith(f"lone surrogate at offset {offset}")


async def test_a_body_over_the_limit_that_says_its_length_is_413(acme: httpx.AsyncClient) -> None:
    answer = await acme.post("/ingest", content=OVER_LIMIT, headers=JSON)

    assert (answer.status_code, answer.json()["status"]) == (413, 413)
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_body_over_the_limit_that_comes_in_chunks_is_413(acme: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(OVER_LIMIT), 65_536):
            yield OVER_LIMIT[at : at + 65_536]

    answer = await acme.post("/ingest", content=chunks(), headers=JSON)

    assert (answer.status_code, answer.json()["status"]) == (413, 413)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_of_another_type_is_415(acme: httpx.AsyncClient, content_type: str) -> None:
    headers = {"Content-Type": content_type}

    answer = await acme.post("/ingest", content=b'{"doc_id": "d", "text": "x"}', headers=headers)

    assert answer.status_code == 415


async def test_json_in_another_charset_is_415(acme: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json; charset=latin-1"}

    assert (await acme.post("/ingest", content=b"{}", headers=headers)).status_code == 415


async def test_a_declared_length_far_over_the_limit_is_refused_unread(
    acme: httpx.AsyncClient,
) -> None:
    async def nothing_comes() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    headers = {**JSON, "Content-Length": "10000000000"}

    answer = await acme.post("/ingest", content=nothing_comes(), headers=headers)

    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")
