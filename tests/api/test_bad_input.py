"""What is refused of a document, a question or a parameter, and without repeating what was sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from netgpt_docs_service.settings import Settings
from tests.support.edge import make_settings, started, write_keys


def document(**changes: object) -> dict[str, Any]:
    return {"doc_id": "d", "text": "some text", **changes}


def nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"type": "eq", "key": "doc_type", "value": "x"}
    for _ in range(depth - 1):
        node = {"type": "and", "filters": [node]}
    return node


def comparison(key: str, kind: str, value: object) -> dict[str, Any]:
    return {"query": "q", "filter": {"type": kind, "key": key, "value": value}}


BAD_DOCUMENTS = {
    "empty text": (document(text=""), "/text"),
    "blank text": (document(text=" \n\t\u3000"), "/text"),
    "too many characters": (document(text="x" * 1_000_001), "/text"),
    "NUL in the text": (document(text="ab\0c"), "/text"),
    "text is a number": (document(text=5), "/text"),
    "no text": ({"doc_id": "d"}, "/text"),
    "empty doc_id": (document(doc_id=""), "/doc_id"),
    "doc_id of 256 characters": (document(doc_id="x" * 256), "/doc_id"),
    "doc_id with a newline": (document(doc_id="a\nb"), "/doc_id"),
    "doc_id with a unit separator": (document(doc_id="a\x1fb"), "/doc_id"),
    "doc_id with a C1 control": (document(doc_id="a\x85b"), "/doc_id"),
    "unknown field": (document(titel="x"), "/titel"),
    "title too long": (document(title="x" * 1_001), "/title"),
    "NUL in the title": (document(title="\0"), "/title"),
    "empty doc_type": (document(doc_type=""), "/doc_type"),
    "null doc_type": (document(doc_type=None), "/doc_type"),
    "too many tags": (document(tags=["t"] * 65), "/tags"),
    "a tag that is a number": (document(tags=["t", 1]), "/tags/1"),
    "an empty tag": (document(tags=["t", ""]), "/tags/1"),
    "metadata nested": (document(metadata={"a": {"b": 1}}), "/metadata/a"),
    "metadata lists nested": (document(metadata={"a": [[1]]}), "/metadata/a"),
    "metadata null": (document(metadata={"a": None}), "/metadata/a"),
    "metadata of 10,000 names": (
        document(metadata={f"n{i}": i for i in range(10_000)}),
        "/metadata",
    ),
    "metadata name": (document(metadata={"a.b": 1}), "/metadata"),
    "metadata too large": (document(metadata={"a": "x" * 16_400}), "/metadata"),
    "a huge integer": (document(metadata={"a": 2**53 + 1}), "/metadata/a"),
    "a huger integer": (document(metadata={"a": 10**400}), "/metadata/a"),
    "a naive date": (document(expires_at="2027-01-01T00:00:00"), "/expires_at"),
    "no date": (document(expires_at="tomorrow"), "/expires_at"),
    "a number for a date": (document(expires_at=1893456000), "/expires_at"),
    "a list": ([document()], ""),
}

BAD_QUERIES = {
    "blank query": ({"query": " "}, "/query"),
    "query longer than the model takes": ({"query": "word " * 100}, "/query"),
    "query longer than any model takes": ({"query": "x" * 40_000}, "/query"),
    "NUL in the query": ({"query": "a\0"}, "/query"),
    "top_k 0": ({"query": "q", "top_k": 0}, "/top_k"),
    "top_k 101": ({"query": "q", "top_k": 101}, "/top_k"),
    "top_k as text": ({"query": "q", "top_k": "5"}, "/top_k"),
    "top_k true": ({"query": "q", "top_k": True}, "/top_k"),
    "top_k with a fraction": ({"query": "q", "top_k": 5.5}, "/top_k"),
    "min_score over 1": ({"query": "q", "min_score": 1.5}, "/min_score"),
    "include_text as text": ({"query": "q", "include_text": "no"}, "/include_text"),
    "empty doc_type": ({"query": "q", "doc_type": ""}, "/doc_type"),
    "doc_type of 129 characters": ({"query": "q", "doc_type": "x" * 129}, "/doc_type"),
    "NUL in the doc_type": ({"query": "q", "doc_type": "a\0"}, "/doc_type"),
    "unknown mode": ({"query": "q", "mode": "magic"}, "/mode"),
    "unknown option": ({"query": "q", "topk": 3}, "/topk"),
    "filter on an unknown key": (comparison("colour", "eq", "red"), "/filter/key"),
    "filter on a bad metadata name": (comparison("metadata.a b", "eq", "x"), "/filter/key"),
    "filter of an unknown type": (comparison("tags", "like", "x"), "/filter/type"),
    "filter that is a list": ({"query": "q", "filter": []}, "/filter"),
    "filter without a value": (
        {"query": "q", "filter": {"type": "eq", "key": "tags"}},
        "/filter/value",
    ),
    "filter with an unknown name": (
        {"query": "q", "filter": {"type": "eq", "key": "tags", "value": "x", "not": True}},
        "/filter",
    ),
    "range on text": (comparison("doc_type", "gt", "a"), "/filter/value"),
    "range on a string in metadata": (comparison("metadata.a", "lt", "a"), "/filter/value"),
    "range on a boolean": (comparison("metadata.a", kind="lt", value=True), "/filter/value"),
    "a number for text": (comparison("doc_type", "eq", 5), "/filter/value"),
    "a naive date": (comparison("created_at", "gt", "2026-01-01T00:00:00"), "/filter/value"),
    "no date": (comparison("updated_at", "eq", 5), "/filter/value"),
    "a value that is an object": (comparison("metadata.a", "eq", {}), "/filter/value"),
    "in without a list": (comparison("tags", "in", "x"), "/filter/value"),
    "in with an empty list": (comparison("tags", "in", []), "/filter/value"),
    "in with a bad value": (comparison("tags", "in", ["x", 1]), "/filter/value/1"),
    "and without filters": (
        {"query": "q", "filter": {"type": "and", "filters": []}},
        "/filter/filters",
    ),
    "filter 9 deep": ({"query": "q", "filter": nested(9)}, "/filter"),
    "filter 60 deep": ({"query": "q", "filter": nested(60)}, "/filter"),
    "65 conditions": (
        {"query": "q", "filter": {"type": "or", "filters": [nested(1)] * 65}},
        "/filter",
    ),
    "1,001 values": (comparison("tags", "in", ["x"] * 1_001), "/filter"),
}


async def test_many_faults_are_named_up_to_twenty(acme: httpx.AsyncClient) -> None:
    answer = await acme.post("/ingest", json={f"n{i}": 1 for i in range(20_000)})

    assert (answer.status_code, len(answer.json()["errors"])) == (422, 20)


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
async def test_a_bad_document_is_refused_with_a_pointer(acme: httpx.AsyncClient, name: str) -> None:
    sent, pointer = BAD_DOCUMENTS[name]

    answer = await acme.post("/ingest", json=sent)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await acme.get("/documents")).json()["total_count"] == 0


@pytest.mark.parametrize("name", BAD_QUERIES)
async def test_a_bad_query_is_refused_with_a_pointer(acme: httpx.AsyncClient, name: str) -> None:
    sent, pointer = BAD_QUERIES[name]

    answer = await acme.post("/query", json=sent)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    "filter_",
    [
        nested(8),
        {"type": "or", "filters": [nested(1)] * 64},
        comparison("tags", "in", ["x"] * 1_000)["filter"],
        comparison("metadata.a", "nin", [*range(500), *map(str, range(500))])["filter"],
    ],
    ids=["8 deep", "64 conditions", "1,000 texts", "1,000 values"],
)
async def test_the_largest_filters_that_are_allowed_are_answered(
    acme: httpx.AsyncClient, filter_: dict[str, Any]
) -> None:
    asked = await acme.post("/query", json={"query": "q", "filter": filter_})
    counted = await acme.post("/documents/delete", json={"filter": filter_, "dry_run": True})

    assert (asked.status_code, counted.status_code) == (200, 200)


async def test_nul_is_refused_with_its_offset(acme: httpx.AsyncClient) -> None:
    answer = await acme.post("/ingest", json=document(text="abc\0"))

    assert answer.json()["detail"] == "text holds NUL at offset 3"


async def test_a_text_over_the_byte_limit_is_refused_with_both_numbers(
    tmp_path: Path, make_app: Callable[[Settings], FastAPI]
) -> None:
    settings = make_settings(write_keys(tmp_path / "keys.yaml"), max_text_bytes=10)

    async with started(make_app(settings)) as edge, edge.client() as client:
        answer = await client.post("/ingest", json=document(text="\u20ac" * 4))

    assert answer.status_code == 422
    assert answer.json()["detail"] == "text has 12 bytes of UTF-8; at most 10 are allowed"


@pytest.mark.parametrize(
    "path",
    [
        "/documents?limit=0",
        "/documents?limit=1001",
        "/documents?limt=5",
        "/documents?limit=5&limit=6",
        "/documents?updated_after=2026-01-01",
        "/documents?cursor=made-up",
        "/documents/d/chunks?first=-1",
        "/documents/d?dry_run=true",
        "/me?verbose=1",
    ],
)
async def test_a_bad_query_parameter_is_refused(acme: httpx.AsyncClient, path: str) -> None:
    answer = await acme.get(path)

    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_a_range_outside_the_text_is_refused(
    acme: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    answer = await acme.get(f"/documents/{stored['doc_id']}/text", params={"start": 9999})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/start")


@pytest.mark.parametrize("missing", ["filter", "dry_run"])
async def test_a_deletion_by_filter_needs_both_fields(
    acme: httpx.AsyncClient, missing: str
) -> None:
    sent = {"filter": nested(1), "dry_run": True}
    del sent[missing]

    answer = await acme.post("/documents/delete", json=sent)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{missing}")


@pytest.mark.parametrize("name", ["doc_type", "tags", "metadata"])
async def test_a_patch_cannot_clear_what_every_document_has(
    acme: httpx.AsyncClient, stored: dict[str, Any], name: str
) -> None:
    answer = await acme.patch(f"/documents/{stored['doc_id']}", json={name: None})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")


@pytest.mark.parametrize("path", ["/ingest", "/ingest/batch", "/documents/delete"])
async def test_an_idempotency_key_is_refused_and_nothing_is_written(
    acme: httpx.AsyncClient, path: str
) -> None:
    bodies = {
        "/ingest": document(),
        "/ingest/batch": {"documents": [document()]},
        "/documents/delete": {"filter": nested(1), "dry_run": False},
    }

    answer = await acme.post(path, json=bodies[path], headers={"Idempotency-Key": "k"})

    assert answer.status_code == 501
    assert (await acme.get("/documents")).json()["total_count"] == 0


async def test_no_part_of_a_refused_document_comes_back(acme: httpx.AsyncClient) -> None:
    secret = "the quick brown secret"
    refused = [
        document(text=[secret]),
        document(text=secret, title={"a": secret}),
        document(text=secret, metadata={"a": {"b": secret}}),
        document(text="x", expires_at=secret),
    ]

    answers = [await acme.post("/ingest", json=each) for each in refused]

    assert {answer.status_code for answer in answers} == {422}
    assert [answer.text for answer in answers if secret in answer.text] == []
