"""What each route answers when all is well."""

from __future__ import annotations

from typing import Any

import httpx

from netgpt_docs_service.api.state import State
from netgpt_docs_service.usecases.services import Services


async def test_a_new_document_is_created(acme: httpx.AsyncClient, policy: dict[str, Any]) -> None:
    answer = await acme.post("/ingest", json=policy)

    assert answer.status_code == 201
    assert answer.json().keys() == {
        *("doc_id", "version", "status", "chunks", "embedded", "reused", "deleted", "tokens"),
        *("content_sha256", "took_ms", "pairs"),
    }


async def test_the_same_document_again_is_unchanged(
    acme: httpx.AsyncClient, policy: dict[str, Any], stored: dict[str, Any]
) -> None:
    answer = await acme.post("/ingest", json=policy)

    assert (answer.status_code, answer.json()["status"]) == (200, "unchanged")
    assert answer.json()["version"] == stored["version"]


async def test_another_text_updates_the_document(
    acme: httpx.AsyncClient, policy: dict[str, Any], stored: dict[str, Any]
) -> None:
    answer = await acme.post("/ingest", json={**policy, "text": policy["text"] + " And more."})

    assert (answer.status_code, answer.json()["status"]) == (200, "updated")
    assert answer.json()["version"] > stored["version"]


async def test_one_bad_item_of_a_batch_spoils_no_other(acme: httpx.AsyncClient) -> None:
    documents = [
        {"doc_id": "a", "text": "alpha beta"},
        {"doc_id": "b", "text": " "},
        {"doc_id": "c", "text": "gamma", "titel": "misspelt"},
        7,
        {"doc_id": "d", "text": "delta"},
    ]

    items = (await acme.post("/ingest/batch", json={"documents": documents})).json()

    assert [item["status"] for item in items] == [201, 422, 422, 422, 201]
    assert [item["receipt"]["doc_id"] for item in items if "receipt" in item] == ["a", "d"]
    pointers = [item["problem"]["errors"][0]["pointer"] for item in items if "problem" in item]
    assert pointers == ["/documents/1/text", "/documents/2/titel", "/documents/3"]


async def test_a_preview_shows_the_chunks_and_stores_nothing(
    acme: httpx.AsyncClient, policy: dict[str, Any]
) -> None:
    preview = (await acme.post("/ingest/preview", json=policy)).json()

    assert preview["chunk_count"] == len(preview["chunks"]) > 1
    assert "".join(chunk["text"] for chunk in preview["chunks"]) == policy["text"]
    assert (await acme.get("/documents/policy")).status_code == 404


async def test_a_manifest_shows_what_was_sent_and_no_internals(
    acme: httpx.AsyncClient, policy: dict[str, Any], stored: dict[str, Any]
) -> None:
    manifest = (await acme.get("/documents/policy")).json()

    sent = ("title", "doc_type", "tags", "source", "metadata")
    assert {name: manifest[name] for name in sent} == {name: policy[name] for name in sent}
    assert manifest["version"] == stored["version"]
    assert manifest.keys().isdisjoint({"sequence", "generation", "tenant"})


async def test_every_document_is_listed_on_one_page(acme: httpx.AsyncClient) -> None:
    for doc_id in ("c", "a", "d", "b", "e"):
        await acme.post("/ingest", json={"doc_id": doc_id, "text": f"text {doc_id}"})

    first = (await acme.get("/documents", params={"limit": 3})).json()
    second = (await acme.get("/documents", params={"cursor": first["next_cursor"]})).json()

    listed = [entry["doc_id"] for entry in first["entries"] + second["entries"]]
    assert sorted(listed) == ["a", "b", "c", "d", "e"]
    assert (first["total_count"], second["total_count"]) == (5, 5)
    assert second["next_cursor"] is None


async def test_documents_are_listed_by_their_fields(
    acme: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    wanted = {
        "doc_type": "policy",
        "tag": "legal",
        "source": "https://example.org/policy",
        "updated_after": "2020-01-01T00:00:00Z",
    }
    unwanted = {**wanted, "updated_after": "2999-01-01T00:00:00+02:00"}

    assert (await acme.get("/documents", params=wanted)).json()["total_count"] == 1
    assert (await acme.get("/documents", params=unwanted)).json()["total_count"] == 0
    assert stored["doc_id"] == "policy"


async def test_chunks_are_read_in_pages_and_in_order(
    acme: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    page = (await acme.get("/documents/policy/chunks", params={"first": 1, "limit": 2})).json()

    assert [chunk["chunk_index"] for chunk in page["chunks"]] == [1, 2]
    assert page["chunk_count"] == stored["chunks"]


async def test_a_part_of_the_text_is_what_its_offsets_say(
    acme: httpx.AsyncClient, policy: dict[str, Any], stored: dict[str, Any]
) -> None:
    part = (await acme.get("/documents/policy/text", params={"start": 9, "end": 30})).json()

    assert part == {
        "doc_id": "policy",
        "version": stored["version"],
        "char_start": 9,
        "char_end": 30,
        "text": policy["text"][9:30],
    }


async def test_a_whole_document_verifies(acme: httpx.AsyncClient, stored: dict[str, Any]) -> None:
    assert (await acme.get("/documents/policy/verify")).json() == {
        "doc_id": "policy",
        "version": stored["version"],
        "chunks_expected": stored["chunks"],
        "chunks_found": stored["chunks"],
        "pairs_expected": 0,
        "pairs_found": 0,
        "text_matches": True,
        "whole": True,
    }


async def test_a_patch_changes_what_was_sent_and_leaves_the_rest(
    acme: httpx.AsyncClient, policy: dict[str, Any], stored: dict[str, Any]
) -> None:
    change = {"title": None, "tags": ["new"], "metadata": {"year": 2027}}

    answer = await acme.patch("/documents/policy", json=change)

    changed = answer.json()
    assert (answer.status_code, changed["title"], changed["tags"]) == (200, None, ["new"])
    assert changed["metadata"] == {"year": 2027}
    assert (changed["doc_type"], changed["source"]) == ("policy", policy["source"])
    assert changed["version"] > stored["version"]


async def test_a_deleted_document_is_gone(acme: httpx.AsyncClient, stored: dict[str, Any]) -> None:
    answer = await acme.delete("/documents/policy")

    assert answer.json() == {"deleted_chunks": stored["chunks"], "deleted_pairs": 0}
    assert (await acme.get("/documents/policy")).status_code == 404
    assert (await acme.delete("/documents/policy")).status_code == 404


async def test_a_dry_run_counts_and_deletes_nothing(
    acme: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    matching = {"type": "eq", "key": "metadata.year", "value": 2026}

    counted = await acme.post("/documents/delete", json={"filter": matching, "dry_run": True})
    deleted = await acme.post("/documents/delete", json={"filter": matching, "dry_run": False})

    assert counted.json() == {
        "matched": 1,
        "deleted_documents": 0,
        "deleted_chunks": 0,
        "deleted_pairs": 0,
    }
    assert deleted.json() == {
        "matched": 1,
        "deleted_documents": 1,
        "deleted_chunks": stored["chunks"],
        "deleted_pairs": 0,
    }


async def test_a_query_answers_a_bare_list_of_hits_best_first(
    acme: httpx.AsyncClient, policy: dict[str, Any], stored: dict[str, Any]
) -> None:
    hits = (await acme.post("/query", json={"query": "licence of every file"})).json()

    assert hits[0].keys() == {
        *("doc_id", "chunk_index", "text", "snippet", "score", "dense_score", "sparse_score"),
        *("title", "filename", "doc_type", "tags", "metadata", "source", "page_start"),
        *("page_end", "char_start", "char_end", "heading_path", "version", "kind"),
        *("speakers", "time_start_s", "time_end_s"),
    }
    assert policy["text"][hits[0]["char_start"] : hits[0]["char_end"]] == hits[0]["text"]
    assert hits[0]["snippet"] in hits[0]["text"]
    assert [hit["score"] for hit in hits] == sorted((h["score"] for h in hits), reverse=True)
    assert hits[0]["version"] == stored["version"]


async def test_a_query_without_text_answers_null_for_it(
    acme: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    hits = (await acme.post("/query", json={"query": "licence", "include_text": False})).json()

    assert {hit["text"] for hit in hits} == {None}
    assert all(hit["snippet"] for hit in hits)
    assert stored["chunks"] == len(hits)


async def test_a_query_is_narrowed_by_type_and_by_filter_together(
    acme: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    since = {"type": "gte", "key": "created_at", "value": "2020-01-01T00:00:00Z"}
    question = {"query": "licence", "filter": since, "per_document": 1}

    right = await acme.post("/query", json={**question, "doc_type": "policy"})
    wrong = await acme.post("/query", json={**question, "doc_type": "memo"})

    assert [hit["doc_id"] for hit in right.json()] == [stored["doc_id"]]
    assert wrong.json() == []


async def test_a_query_says_where_the_time_went(
    acme: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    answer = await acme.post("/query", json={"query": stored["doc_id"]})

    steps = [step.partition(";dur=")[0] for step in answer.headers["Server-Timing"].split(", ")]
    assert steps == ["embed", "search", "total"]


async def test_a_batch_of_queries_answers_a_list_for_each(
    acme: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    queries = [{"query": "licence", "top_k": 1}, {"query": "mailing list", "mode": "dense"}]

    lists = (await acme.post("/query/batch", json={"queries": queries})).json()

    assert [len(hits) for hits in lists] == [1, stored["chunks"]]
    assert lists[1][0]["sparse_score"] is None


async def test_probes_answer_without_a_key(anyone: httpx.AsyncClient) -> None:
    assert (await anyone.get("/livez")).json() == {"status": "alive"}
    assert (await anyone.get("/readyz")).json() == {"status": "ready"}


async def test_health_is_503_when_the_store_does_not_answer(
    anyone: httpx.AsyncClient, state: State, away: Services
) -> None:
    healthy = await anyone.get("/health")
    state["services"] = away
    unhealthy = await anyone.get("/health")

    assert (healthy.status_code, healthy.json()["status"]) == (200, "healthy")
    assert (unhealthy.status_code, unhealthy.json()["checks"]["store"]["status"]) == (
        503,
        "unhealthy",
    )
    assert healthy.json().keys() == {"status", "service", "version", "timestamp", "checks"}


async def test_a_store_that_is_away_is_503_with_a_time_to_come_back(
    acme: httpx.AsyncClient, state: State, away: Services, policy: dict[str, Any]
) -> None:
    state["services"] = away

    answers = [
        await acme.post("/ingest", json=policy),
        await acme.post("/query", json={"query": "licence"}),
        await acme.post("/query/batch", json={"queries": [{"query": "licence"}]}),
        await acme.get("/documents/policy"),
    ]

    assert [answer.status_code for answer in answers] == [503] * 4
    assert {answer.headers["Retry-After"] for answer in answers} == {"1"}


async def test_me_says_whose_key_this_is(acme: httpx.AsyncClient) -> None:
    me = (await acme.get("/me")).json()

    assert (me["key_id"], me["tenant"]) == ("acme", "acme")
    assert me["scopes"] == ["admin", "delete", "ingest", "query"]
    assert me["limits"]["text_characters"] == 1_000_000
