"""Files that are fetched by their URL: as if their bytes had been sent."""

from __future__ import annotations

import httpx
import pytest

from tests.support.plain_fetcher import FETCHED_TEXT, FETCHED_URL
from tests.support.uploads import names

ELSEWHERE = FETCHED_URL.rpartition("/")[0]


async def fetched(client: httpx.AsyncClient, url: str, **fields: str) -> httpx.Response:
    parts = {name: (None, value) for name, value in {"source_url": url, **fields}.items()}
    return await client.post("/ingest/files", files=parts)


async def test_a_file_at_a_url_becomes_a_document_named_after_the_url(
    acme: httpx.AsyncClient,
) -> None:
    answer = (await fetched(acme, FETCHED_URL)).json()
    hits = (await acme.post("/query", json={"query": "which quarter was better?"})).json()

    assert answer["success"]
    assert answer["uploaded"][0]["doc_id"] == FETCHED_URL
    assert answer["uploaded"][0]["filename"] == "q3.txt"
    assert (hits[0]["text"].strip().encode(), hits[0]["source"]) == (FETCHED_TEXT, FETCHED_URL)


async def test_a_url_that_is_fetched_again_is_unchanged(acme: httpx.AsyncClient) -> None:
    await fetched(acme, FETCHED_URL)

    again = (await fetched(acme, FETCHED_URL)).json()

    assert again["uploaded"][0]["status"] == "unchanged"


async def test_an_id_and_a_source_that_are_sent_win_over_the_url(acme: httpx.AsyncClient) -> None:
    await fetched(acme, FETCHED_URL, doc_id="q3", source="reports")

    assert (await acme.get("/documents/q3")).json()["source"] == "reports"


@pytest.mark.parametrize(
    ("name", "kind", "status"), [("gone", "fetch_failed", 422), ("inside", "url_refused", 422)]
)
async def test_what_cannot_be_fetched_is_rejected_by_its_url(
    acme: httpx.AsyncClient, name: str, kind: str, status: int
) -> None:
    answer = (await fetched(acme, f"{ELSEWHERE}/{name}")).json()

    rejected = answer["rejected"][0]
    assert not answer["success"]
    assert rejected["filename"] == f"{ELSEWHERE}/{name}"
    assert rejected["problem"]["type"].endswith(kind)
    assert rejected["problem"]["status"] == status


async def test_without_allowed_hosts_nothing_is_fetched(acme: httpx.AsyncClient) -> None:
    answer = await fetched(acme, "https://other.example.org/a.txt")

    assert answer.status_code == 501
    assert "ALLOWED_URL_HOSTS" in answer.json()["detail"]


async def test_a_url_and_files_in_one_form_are_refused(acme: httpx.AsyncClient) -> None:
    data = {"source_url": FETCHED_URL}

    answer = await acme.post("/ingest/files", files=names("a.txt"), data=data)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/source_url"


async def test_what_is_at_a_url_can_be_previewed(acme: httpx.AsyncClient) -> None:
    form = {"source_url": (None, FETCHED_URL)}

    preview = (await acme.post("/ingest/preview", files=form)).json()

    assert preview["chunks"][0]["text"].strip().encode() == FETCHED_TEXT
    assert (await acme.get("/documents")).json()["total_count"] == 0
