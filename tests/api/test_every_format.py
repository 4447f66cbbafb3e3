"""A file of every kind, from its bytes to a hit that says where it stands."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from netgpt_docs_service.api.state import State
from tests.support.direct_extractor import DirectExtractor
from tests.support.files.one_of_each import ONE_OF_EACH
from tests.support.uploads import form

pytestmark = pytest.mark.usefixtures("real_readers")
KINDS_WITH_PAGES = {"PDF", "Word", "PowerPoint", "Excel"} | {
    f"OpenDocument {each}" for each in ("spreadsheet", "presentation")
}


@pytest.fixture
def real_readers(state: State) -> None:
    files = state["services"].ingest_files
    reading = replace(files.reading, extractor=DirectExtractor())
    state["services"] = replace(state["services"], ingest_files=replace(files, reading=reading))


@pytest.mark.parametrize("kind", ONE_OF_EACH)
async def test_what_a_chunk_says_stands_where_it_says(acme: httpx.AsyncClient, kind: str) -> None:
    extension, content = ONE_OF_EACH[kind]
    name = f"a.{extension}"

    uploaded = await acme.post("/ingest/files", files=form((name, content, "")))
    chunks = (await acme.get(f"/documents/{name}/chunks")).json()["chunks"]
    hits = (await acme.post("/query", json={"query": "walrus"})).json()

    assert uploaded.json()["success"], uploaded.text
    assert hits[0]["doc_id"] == name
    for each in [*chunks, *hits]:
        place = {"start": each["char_start"], "end": each["char_end"]}
        answer = await acme.get(f"/documents/{name}/text", params=place)
        assert answer.json()["text"] == each["text"]
        assert (each["page_start"] is not None) == (kind in KINDS_WITH_PAGES)


async def test_a_hit_names_the_page_it_stands_on(acme: httpx.AsyncClient) -> None:
    _, content = ONE_OF_EACH["Word"]
    await acme.post("/ingest/files", files=form(("a.docx", content, "")))

    hits = (await acme.post("/query", json={"query": "weight of an animal"})).json()

    assert hits[0]["page_end"] == 2
