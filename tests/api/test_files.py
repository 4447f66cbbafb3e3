"""Files as they are uploaded: each is stored or rejected as if it had come alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from netgpt_docs_service.api.state import State
from tests.support.edge import Edge
from tests.support.uploads import Upload, form, names

TEXT = b"Packages must declare the licence of every file they ship."


async def test_files_become_documents_that_can_be_read_and_found(acme: httpx.AsyncClient) -> None:
    sent = [("a.txt", TEXT, "text/plain"), ("b.txt", b"# Two\n[picture] one\fpage two", "x/y")]

    answer = await acme.post("/ingest/files", files=form(*sent))
    manifest = (await acme.get("/documents/b.txt")).json()
    hits = (await acme.post("/query", json={"query": "licence of every file"})).json()

    assert answer.status_code == 200
    assert answer.json()["success"]
    first, second = answer.json()["uploaded"]
    assert (first["doc_id"], first["filename"], first["status"]) == ("a.txt", "a.txt", "created")
    assert (second["title"], second["pages"], second["language"]) == ("Two", 2, "en")
    assert (second["media_type"], second["warnings"]) == (
        "text/x-paged",
        ["a picture was left out"],
    )
    assert second["receipt"]["chunks"] == manifest["chunk_count"]
    assert (manifest["title"], manifest["filename"], manifest["pages"]) == ("Two", "b.txt", 2)
    assert manifest["size_bytes"] == len(sent[1][1])
    assert manifest["source_sha256"] == hashlib.sha256(sent[1][1]).hexdigest()
    assert (hits[0]["doc_id"], hits[0]["filename"]) == ("a.txt", "a.txt")


async def test_the_fields_of_the_form_count_for_every_file(acme: httpx.AsyncClient) -> None:
    data: dict[str, Any] = {
        "title": "Ours",
        "doc_type": "policy",
        "intent": "answer",
        "tags": ["legal", "a, b"],
        "source": "https://example.org/x",
        "metadata": '{"year": 2026, "editors": ["ann"]}',
        "expires_at": "2999-01-01T00:00:00Z",
    }
    await acme.post("/ingest/files", files=names("a.txt", "b.txt"), data=data)

    for doc_id in ("a.txt", "b.txt"):
        manifest = (await acme.get(f"/documents/{doc_id}")).json()
        assert {name: manifest[name] for name in data} == data | {
            "metadata": {"year": 2026, "editors": ["ann"]}
        }


async def test_tags_may_be_one_json_list(acme: httpx.AsyncClient) -> None:
    await acme.post("/ingest/files", files=names("a.txt"), data={"tags": '["x", "y, z"]'})

    assert (await acme.get("/documents/a.txt")).json()["tags"] == ["x", "y, z"]


async def test_a_rejected_file_spoils_no_other_and_tells_its_own_problem(
    acme: httpx.AsyncClient, state: State
) -> None:
    sizes = replace(state["sizes"], file_bytes=100)
    state["sizes"] = sizes
    sent: list[Upload] = [
        ("large.txt", b"x" * 101, "text/plain"),
        ("full.txt", b"x" * 100, "text/plain"),
        ("empty.txt", b"", "text/plain"),
        ("kind.bin", b"!unsupported", "text/plain"),
        ("busy.txt", b"!overloaded", "text/plain"),
        ("fine.txt", b"!fine", "text/plain"),
    ]

    answer = (await acme.post("/ingest/files", files=form(*sent))).json()

    assert not answer["success"]
    assert [each["filename"] for each in answer["uploaded"]] == ["full.txt", "fine.txt"]
    problems = [each["problem"] for each in answer["rejected"]]
    assert [(each["status"], each["type"].rpartition(":")[2]) for each in problems] == [
        (413, "file_too_large"),
        (422, "no_extractable_text"),
        (415, "unsupported_file"),
        (503, "overloaded"),
    ]
    assert [each["filename"] for each in answer["rejected"]] == [
        *("large.txt", "empty.txt", "kind.bin", "busy.txt")
    ]
    assert problems[0]["detail"] == "the file has 101 bytes; at most 100 are allowed"
    assert problems[1]["detail"] == "the file is empty"
    assert problems[2]["errors"][0]["pointer"] == "/files/3"
    assert [each.get("retry_after_s") for each in answer["rejected"]] == [None, None, None, 2]
    lines = state["metrics"].text().decode().splitlines()
    assert 'netgpt_documents_total{status="created"} 2.0' in lines
    assert 'netgpt_problems_total{kind="file_too_large"} 1.0' in lines


async def test_a_given_id_is_one_files_and_replaces(acme: httpx.AsyncClient) -> None:
    for content in (b"one", b"two"):
        answer = await acme.post(
            "/ingest/files", files=form(("x.txt", content, "")), data={"doc_id": "mine"}
        )
    refused = await acme.post(
        "/ingest/files", files=names("a.txt", "b.txt"), data={"doc_id": "mine"}
    )

    assert answer.json()["uploaded"][0]["status"] == "updated"
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/doc_id")


@pytest.mark.parametrize("where", [{"params": {"replace": "true"}}, {"data": {"replace": "true"}}])
async def test_a_name_that_other_bytes_have_is_taken_unless_replace_is_sent(
    acme: httpx.AsyncClient, where: dict[str, Any]
) -> None:
    await acme.post("/ingest/files", files=form(("x.txt", b"one", "")))

    taken = (await acme.post("/ingest/files", files=form(("x.txt", b"two", "")))).json()
    replaced = await acme.post("/ingest/files", files=form(("x.txt", b"two", "")), **where)

    problem = taken["rejected"][0]["problem"]
    assert problem["status"] == 409
    assert "'x.txt'" in problem["detail"]
    assert "replace=true" in problem["detail"]
    assert replaced.json()["uploaded"][0]["status"] == "updated"


async def test_the_same_file_again_is_unchanged_and_not_read(
    acme: httpx.AsyncClient, state: State
) -> None:
    files = form(("x.txt", b"# One\ntext", ""))
    first = (await acme.post("/ingest/files", files=files)).json()["uploaded"][0]
    again = (await acme.post("/ingest/files", files=files)).json()["uploaded"][0]

    extractor: Any = state["services"].ingest_files.reading.extractor
    assert (again["status"], again["title"]) == ("unchanged", "One")
    assert again["receipt"]["version"] == first["receipt"]["version"]
    assert extractor.read == ["x.txt"]


async def test_a_charset_that_was_guessed_can_be_named(
    acme: httpx.AsyncClient, state: State
) -> None:
    for declared in ("text/plain", "text/plain", *["text/plain; charset=cp1250"] * 2):
        files = form(("x.txt", b"[guessed] text", declared))
        answer = (await acme.post("/ingest/files", files=files)).json()["uploaded"][0]

    extractor: Any = state["services"].ingest_files.reading.extractor
    assert extractor.read == ["x.txt", "x.txt"]
    assert answer["status"] == "unchanged"
    assert answer["warnings"] == []


async def test_a_copy_under_another_name_is_stored_and_names_the_original(
    acme: httpx.AsyncClient,
) -> None:
    sent = form(("one.txt", TEXT, ""), ("two.txt", TEXT, ""), ("other.txt", b"else", ""))

    uploaded = (await acme.post("/ingest/files", files=sent)).json()["uploaded"]

    assert [each.get("duplicate_of") for each in uploaded] == [None, "one.txt", None]
    assert (await acme.get("/documents/two.txt")).status_code == 200


async def test_the_second_file_of_one_name_is_rejected(acme: httpx.AsyncClient) -> None:
    sent = form(("x.txt", b"one", ""), ("./x.txt", b"two", ""))

    answer = (await acme.post("/ingest/files", files=sent)).json()

    assert [each["doc_id"] for each in answer["uploaded"]] == ["x.txt"]
    assert (answer["rejected"][0]["filename"], answer["rejected"][0]["problem"]["status"]) == (
        "./x.txt",
        422,
    )


@pytest.mark.parametrize("wait", ["true", "false"])
async def test_both_ways_of_waiting_answer_when_all_is_done(
    acme: httpx.AsyncClient, wait: str
) -> None:
    answer = await acme.post("/ingest/files", files=names("a.txt"), params={"wait": wait})

    assert answer.json()["uploaded"][0]["status"] == "created"


async def test_a_preview_of_a_file_shows_what_would_be_stored_and_stores_nothing(
    acme: httpx.AsyncClient,
) -> None:
    content = b"# Two\n[picture] one\fpage two"

    shown = (await acme.post("/ingest/preview", files={"file": ("dir/b.txt", content)})).json()
    stored = await acme.get("/documents/dir%2Fb.txt")

    assert (shown["doc_id"], shown["title"], shown["pages"]) == ("dir/b.txt", "Two", 2)
    assert (shown["media_type"], shown["warnings"]) == ("text/x-paged", ["a picture was left out"])
    assert shown["chunks"][-1]["page_end"] == 2
    assert "".join(each["text"] for each in shown["chunks"]).startswith("# Two\n[picture]")
    assert stored.status_code == 404


@pytest.mark.parametrize(
    ("files", "status", "kind"),
    [
        ([("files", ("x", b"!unsupported"))], 415, "unsupported_file"),
        ([("file", ("x", b"!encrypted"))], 422, "encrypted_file"),
        ([("file", ("x", b""))], 422, "no_extractable_text"),
        ([("file", ("x", b"y" * 101))], 413, "file_too_large"),
        ([("file", ("x", b"y")), ("file", ("z", b"y"))], 422, "invalid_input"),
    ],
)
async def test_a_preview_answers_the_problem_of_its_file(
    acme: httpx.AsyncClient,
    state: State,
    files: Sequence[tuple[str, tuple[str, bytes]]],
    status: int,
    kind: str,
) -> None:
    state["sizes"] = replace(state["sizes"], file_bytes=100)

    answer = await acme.post("/ingest/preview", files=list(files))

    assert (answer.status_code, answer.json()["type"]) == (
        status,
        f"urn:netgpt-docs:problem:{kind}",
    )


@pytest.mark.parametrize("path", ["/ingest/files", "/ingest/preview"])
async def test_a_deployment_that_reads_no_files_says_what_to_install(
    edge: Edge, acme: httpx.AsyncClient, state: State, path: str
) -> None:
    services = state["services"]
    reading = replace(services.ingest_files.reading, extractor=None)
    state["services"] = replace(
        services,
        ingest_files=replace(services.ingest_files, reading=reading),
        preview=replace(services.preview, reading=reading),
    )

    name = "file" if path.endswith("preview") else "files"
    answer = await acme.post(path, files={name: ("x.txt", b"text")})

    assert edge
    assert answer.status_code == 501
    assert "`files`" in answer.json()["detail"]
