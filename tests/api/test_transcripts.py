"""Transcripts over HTTP: pairs are shown and counted, and are no chunks."""

from __future__ import annotations

import httpx
import pytest

TALK = {
    "doc_id": "talk",
    "doc_type": "transcript",
    "text": "[00:01] Anna: What is the colour of a walrus?\n[00:04] Ben: A walrus is brown.\n",
}


async def test_a_preview_shows_the_pairs_beside_the_chunks(acme: httpx.AsyncClient) -> None:
    preview = (await acme.post("/ingest/preview", json=TALK)).json()

    assert (preview["chunk_count"], preview["pair_count"]) == (len(preview["chunks"]), 1)
    assert preview["pairs"][0]["speakers"] == ["Anna", "Ben"]
    assert preview["pairs"][0]["chunk_index"] == 0


async def test_a_hit_says_that_it_is_a_pair_and_who_speaks_when(acme: httpx.AsyncClient) -> None:
    receipt = (await acme.post("/ingest", json=TALK)).json()
    hits = (await acme.post("/query", json={"query": "colour of a walrus"})).json()
    pair = next(hit for hit in hits if hit["kind"] == "pair")

    assert receipt["pairs"] == 1
    assert TALK["text"][pair["char_start"] : pair["char_end"]] == pair["text"]
    assert (pair["chunk_index"], pair["speakers"]) == (0, ["Anna", "Ben"])
    assert (pair["time_start_s"], pair["time_end_s"]) == (1.0, 4.0)


@pytest.mark.parametrize("is_matching", [False, True], ids=["one", "by filter"])
async def test_a_deletion_counts_the_pairs_that_the_write_counted(
    acme: httpx.AsyncClient, *, is_matching: bool
) -> None:
    receipt = (await acme.post("/ingest", json=TALK)).json()
    if is_matching:
        matching = {"type": "eq", "key": "doc_type", "value": "transcript"}
        await acme.post("/documents/delete", json={"filter": matching, "dry_run": False})
    else:
        await acme.delete("/documents/talk")
    lines = (await acme.get("/metrics")).text.splitlines()

    assert f'netgpt_chunks_total{{how="deleted"}} {float(receipt["embedded"])}' in lines


async def test_pairs_are_no_chunks(acme: httpx.AsyncClient) -> None:
    receipt = (await acme.post("/ingest", json=TALK)).json()
    chunks = (await acme.get("/documents/talk/chunks")).json()
    verified = (await acme.get("/documents/talk/verify")).json()
    deleted = (await acme.delete("/documents/talk")).json()

    assert chunks["chunk_count"] == len(chunks["chunks"]) == receipt["chunks"]
    assert (verified["pairs_expected"], verified["pairs_found"], verified["whole"]) == (1, 1, True)
    assert deleted == {"deleted_chunks": receipt["chunks"], "deleted_pairs": 1}
