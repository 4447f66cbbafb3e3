"""Forms that are broken, cut off, or too much: refused with a reason, and nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from netgpt_docs_service.api import multipart
from netgpt_docs_service.api.state import State
from netgpt_docs_service.settings import Settings
from tests.support.edge import make_settings, started, write_keys
from tests.support.uploads import BOUNDARY, FORM, body, form, names, part

FILE = part('name="files"; filename="a.txt"')


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Every temporary file that uploads open; all must be closed in the end."""
    files: list[Any] = []

    def remember() -> Any:  # noqa: ANN401  whatever is made
        files.append(TemporaryFile())  # noqa: SIM115  closed by what is tested
        return files[-1]

    monkeypatch.setattr(multipart, "TemporaryFile", remember)
    yield files
    assert [each for each in files if not each.closed] == []


async def document_count(client: httpx.AsyncClient) -> int:
    count: int = (await client.get("/documents")).json()["total_count"]
    return count


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 400, "before its last boundary"),
        (b"no form at all", 400, "not a valid multipart"),
        (FILE, 400, "before its last boundary"),
        (body(FILE)[:-4], 400, "before its last boundary"),
        (FILE[:-20], 400, "before its last boundary"),
        (body(), 422, "no file"),
        (body(part('name="title"')), 422, "no file"),
        (body(FILE, part('name="tilte"')), 422, "Extra inputs"),
        (body(FILE, part('name="title"'), part('name="title"')), 422, "title is given 2 times"),
        (body(FILE, part('name="title"', b"\xff")), 422, "title is not UTF-8"),
        (body(FILE, part('name="title"', b"a\0b")), 422, "title"),
        (body(FILE, part('name="replace"', b"yes")), 422, "replace"),
        (body(FILE, part('name="metadata"', b"{")), 422, "metadata is not valid JSON"),
        (body(FILE, part('name="metadata"', b"[]")), 422, "metadata"),
        (body(FILE, part('name="metadata"', b'{"a": {}}')), 422, "metadata values"),
        (body(FILE, part('name="tags"', b"[1]")), 422, "valid string"),
        (body(FILE, part('name="doc_id"', b"")), 422, "doc_id is empty"),
        (body(FILE, part('name="doc_id"', b"a\nb")), 422, "U+000A"),
        (body(FILE, part('name="expires_at"', b"soon")), 422, "ISO 8601"),
        (body(part('name="files"')), 422, "files has no filename"),
        (body(part('name="title"; filename="a.txt"')), 422, "a file has the name files"),
        (body(part('filename="a.txt"')), 400, "no name"),
        (body(f"--{BOUNDARY}\r\n\r\ntext\r\n".encode()), 400, "no name"),
        (body(part('name="files"; filename="' + "a" * 70_000)), 400, "more than 65536 bytes"),
        (body(FILE, *(part('name="tags"', b"x") for _ in range(101))), 422, "more than 100 fields"),
        (body(*(FILE for _ in range(101))), 422, "101 files; at most 100"),
        (body(*(FILE for _ in range(1_001))), 422, "more than 1000 files"),
        (body(FILE, part('name="title"', b"x" * 100_000)), 422, "more than 65536 bytes"),
        (
            body(part('name="files"; filename="a"\r\nContent-Transfer-Encoding: base64')),
            422,
            "send the bytes as they are",
        ),
    ],
)
async def test_a_form_that_makes_no_sense_is_refused_whole(
    acme: httpx.AsyncClient, opened: list[Any], content: bytes, status: int, said: str
) -> None:
    answer = await acme.post("/ingest/files", content=content, headers=FORM)

    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert await document_count(acme) == 0
    assert len(opened) <= 100


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (b"", "the file's name is empty"),
        (b"../..//.", "the file's name is empty"),
        (b"a\0b", "the file's name holds U+0000 at offset 1"),
        (b"a" * 256, "the file's name has 256 characters; at most 255 are allowed"),
        (b"a" * 10_000, "the file's name has 10000 characters; at most 255 are allowed"),
        (b"caf\xe9", "the file's name is not UTF-8"),
    ],
)
async def test_a_file_whose_name_is_none_is_rejected_alone(
    acme: httpx.AsyncClient, name: bytes, said: str
) -> None:
    content = body(FILE, part(b'name="files"; filename="' + name + b'"'))

    answer = (await acme.post("/ingest/files", content=content, headers=FORM)).json()

    assert [each["doc_id"] for each in answer["uploaded"]] == ["a.txt"]
    assert answer["rejected"][0]["problem"]["status"] == 422
    assert said in answer["rejected"][0]["problem"]["detail"]


@pytest.mark.timeout(10)
async def test_an_extended_name_of_any_length_is_rejected_alone_and_at_once(
    acme: httpx.AsyncClient,
) -> None:
    long = part('name="files"; filename*="' + ";" * 65_000 + '"')
    content = body(FILE, *(long for _ in range(9)))

    answer = (await acme.post("/ingest/files", content=content, headers=FORM)).json()

    assert [each["doc_id"] for each in answer["uploaded"]] == ["a.txt"]
    assert "characters; at most 255" in answer["rejected"][8]["problem"]["detail"]


@pytest.mark.parametrize(
    ("header", "doc_id"),
    [
        ('filename="café.txt"', "café.txt"),
        ('filename="cafe\u0301.txt"', "café.txt"),
        ("filename*=UTF-8''caf%C3%A9.txt", "café.txt"),
        ("filename=\"b.txt\"; filename*=UTF-8''a.txt", "b.txt"),
        ('filename="C:\\a\\..\\b.txt"', "b.txt"),
        ('filename="..\\a\\./b.txt"', "a/b.txt"),
        ('filename="/etc/passwd"', "etc/passwd"),
        ('filename="a \\"b\\".txt"', 'a "b".txt'),
    ],
)
async def test_a_name_is_a_label_and_never_a_path(
    acme: httpx.AsyncClient, header: str, doc_id: str
) -> None:
    content = body(part(f'name="files"; {header}'))

    answer = (await acme.post("/ingest/files", content=content, headers=FORM)).json()

    assert [each["doc_id"] for each in answer["uploaded"]] == [doc_id]


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data; boundary=" + "b" * 300, 400),
        ("multipart/mixed; boundary=b", 415),
        ("application/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
async def test_a_body_that_is_no_form_is_refused(
    acme: httpx.AsyncClient, content_type: str, status: int
) -> None:
    headers = {"Content-Type": content_type}

    answer = await acme.post("/ingest/files", content=b"--b--", headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize("query", ["replace=1", "replace=", "wait=no", "waits=true"])
async def test_a_query_is_read_to_the_letter(acme: httpx.AsyncClient, query: str) -> None:
    answer = await acme.post(f"/ingest/files?{query}", files=names("a.txt"))

    assert answer.status_code == 422


async def test_a_form_that_never_ends_is_503(
    acme: httpx.AsyncClient, state: State, opened: list[Any]
) -> None:
    state["deadline_s"] = 0.1

    async def trickle() -> AsyncIterator[bytes]:
        yield FILE + b"x" * 2_000_000
        await asyncio.Event().wait()

    async with asyncio.timeout(10):
        answer = await acme.post("/ingest/files", content=trickle(), headers=FORM)

    assert (answer.status_code, "not received within 0.1 s" in answer.text) == (503, True)
    assert len(opened) <= 1


async def test_more_uploads_than_there_is_room_for_are_503(
    acme: httpx.AsyncClient, state: State
) -> None:
    state["uploads"].taken = state["uploads"].most

    answer = await acme.post("/ingest/files", files=names("a.txt"))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


@pytest.mark.parametrize(("number", "kind"), [(28, "insufficient_storage"), (24, "unavailable")])
async def test_a_disk_that_takes_no_more_is_503_and_says_so(
    acme: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, number: int, kind: str
) -> None:
    def refuse() -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(multipart, "TemporaryFile", refuse)

    answer = await acme.post("/ingest/files", files=names("a.txt"))

    assert (answer.status_code, answer.json()["type"]) == (503, f"urn:netgpt-docs:problem:{kind}")


async def test_the_places_of_uploads_are_given_back(acme: httpx.AsyncClient, state: State) -> None:
    await acme.post("/ingest/files", files=names("a.txt"))
    await acme.post("/ingest/files", content=b"x", headers=FORM)

    assert state["uploads"].taken == 0


async def test_uploads_have_a_limit_of_their_own(
    tmp_path: Path, make_app: Callable[[Settings], FastAPI]
) -> None:
    keys = write_keys(tmp_path / "keys.yaml")
    settings = make_settings(keys, max_body_mb=1, max_file_size_mb=1, max_upload_mb=3)
    part_of_2 = form(*((f"{at}.txt", b"x" * 1_000_000, "") for at in range(2)))
    part_of_4 = form(*((f"{at}.txt", b"x" * 1_000_000, "") for at in range(4)))

    async with started(make_app(settings)) as edge, edge.client() as client:
        small = await client.post("/ingest/files", files=part_of_2)
        large = await client.post("/ingest/files", files=part_of_4)
        elsewhere = await client.post("/ingest", files=part_of_2)
        stored = await document_count(client)

    assert (small.status_code, large.status_code, elsewhere.status_code) == (200, 413, 413)
    assert "larger than 3145728 bytes" in large.json()["detail"]
    assert stored == 2


async def test_what_is_over_the_limit_is_not_kept(
    acme: httpx.AsyncClient, state: State, opened: list[Any]
) -> None:
    state["sizes"] = replace(state["sizes"], file_bytes=10)

    answer = await acme.post("/ingest/files", files=form(("a.txt", b"x" * 3_000_000, "")))

    assert answer.json()["rejected"][0]["problem"]["status"] == 413
    assert [each.closed for each in opened] == [True]
