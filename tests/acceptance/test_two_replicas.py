"""Two services on one Qdrant, each request to the next of them: nobody can tell them apart."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.face_process import FaceProcess, running_face
from tests.support.replicas import alternating, behind_nginx, nginx_program, replicas
from tests.support.service_process import ServiceProcess

pytestmark = [pytest.mark.process, pytest.mark.model]

TEXT = "Walruses rest on sea ice between dives.\n\nThey find clams with their whiskers."
OTHER = "Otters float on their backs and open mussels with a stone."
READS = ["", "/chunks", "/text", "/verify"]
QUESTION = {"query": "how does a walrus find food?", "filter": None, "top_k": 10}
OF_ONE_ANSWER = ("request_id", "took_ms")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def face(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FaceProcess]:
    async with running_face(tmp_path_factory.mktemp("face")) as face:
        yield face


@pytest.fixture(scope="module")
def pair(
    face: FaceProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[ServiceProcess]]:
    """Two replicas that met an empty server at the same moment."""
    with replicas(tmp_path_factory.mktemp("replicas"), face.url) as services:
        yield services


@pytest.fixture(scope="module", params=["alternating", "nginx"])
def front(
    request: pytest.FixtureRequest,
    pair: list[ServiceProcess],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[httpx.Client]:
    addresses = [each.address for each in pair]
    if request.param == "alternating":
        with alternating(addresses) as client:
            yield client
        return
    program = nginx_program()
    if program is None:
        pytest.skip("nginx is not installed, and NGINX does not name one")
    with behind_nginx(tmp_path_factory.mktemp("front") / "nginx", program, addresses) as client:
        yield client


@pytest.fixture
def doc_id(request: pytest.FixtureRequest) -> str:
    """A document of this test alone."""
    return re.sub(r"\W+", "-", request.node.name)


@pytest.fixture
def stored(front: httpx.Client, doc_id: str) -> str:
    body = {"doc_id": doc_id, "text": TEXT, "tags": [doc_id]}
    front.post("/ingest", json=body).raise_for_status()
    return doc_id


def both(
    pair: list[ServiceProcess],
    method: str,
    path: str,
    **options: Any,  # noqa: ANN401  those of the client
) -> list[tuple[int, Any]]:
    """Return status and content of both replicas' answers, without what is of one request alone."""
    answers = []
    for each in pair:
        with each.client() as client:
            answer = client.request(method, path, **options)
        content = answer.json()
        if isinstance(content, dict):
            content = {key: content[key] for key in content if key not in OF_ONE_ANSWER}
        answers.append((answer.status_code, content))
    return answers


@pytest.mark.parametrize("read", READS)
def test_both_replicas_answer_the_same_about_a_document(
    pair: list[ServiceProcess], stored: str, read: str
) -> None:
    one, other = both(pair, "GET", f"/documents/{stored}{read}")
    assert one == other
    assert one[0] == 200


def test_both_replicas_find_the_same_passages_in_the_same_order(
    pair: list[ServiceProcess], stored: str
) -> None:
    asked = {**QUESTION, "filter": {"type": "eq", "key": "tags", "value": stored}}
    one, other = both(pair, "POST", "/query", json=asked)
    assert one == other
    assert [hit["doc_id"] for hit in one[1]] == [stored]


def test_a_replacement_is_found_everywhere_at_once(front: httpx.Client, stored: str) -> None:
    body = {"doc_id": stored, "text": OTHER, "tags": [stored]}
    assert front.post("/ingest", json=body).json()["status"] == "updated"
    asked = {**QUESTION, "filter": {"type": "eq", "key": "tags", "value": stored}}
    for _ in range(2):
        assert [hit["text"] for hit in front.post("/query", json=asked).json()] == [OTHER]


def test_a_document_that_the_other_replica_has_is_unchanged(
    front: httpx.Client, stored: str
) -> None:
    body = {"doc_id": stored, "text": TEXT, "tags": [stored]}
    receipts = [front.post("/ingest", json=body).json() for _ in range(2)]
    assert {(each["status"], each["embedded"]) for each in receipts} == {("unchanged", 0)}


def test_changed_fields_are_seen_by_both(
    front: httpx.Client, pair: list[ServiceProcess], stored: str
) -> None:
    front.patch(f"/documents/{stored}", json={"title": "Sea mammals"}).raise_for_status()
    titles = [content["title"] for _, content in both(pair, "GET", f"/documents/{stored}")]
    assert titles == ["Sea mammals"] * 2


def test_a_deleted_document_is_gone_everywhere_at_once(front: httpx.Client, stored: str) -> None:
    asked = {**QUESTION, "filter": {"type": "eq", "key": "tags", "value": stored}}
    assert front.delete(f"/documents/{stored}").json() == {
        "deleted_chunks": 1,
        "deleted_pairs": 0,
    }
    assert [front.get(f"/documents/{stored}").status_code for _ in range(2)] == [404, 404]
    assert [front.post("/query", json=asked).json() for _ in range(2)] == [[], []]


def test_a_list_that_one_replica_began_the_other_goes_on_with(
    front: httpx.Client, doc_id: str
) -> None:
    names = [f"{doc_id} {number}" for number in range(11)]
    documents = [{"doc_id": name, "text": OTHER, "tags": [doc_id]} for name in names]
    front.post("/ingest/batch", json={"documents": documents}).raise_for_status()
    seen: list[str] = []
    asked: dict[str, Any] = {"tag": doc_id, "limit": 3}
    while asked.get("cursor", "first"):
        page = front.get("/documents", params=asked).json()
        assert page["total_count"] == len(names)
        seen += [entry["doc_id"] for entry in page["entries"]]
        asked["cursor"] = page["next_cursor"]
    assert sorted(seen) == sorted(names)


def test_of_writes_at_both_replicas_the_newest_stands_whole(
    front: httpx.Client, pair: list[ServiceProcess], doc_id: str
) -> None:
    def write(number: int) -> dict[str, Any]:
        text = "\n\n".join(f"Paragraph {part} of version {number}." for part in range(30))
        answer = front.post("/ingest", json={"doc_id": doc_id, "text": text})
        receipt: dict[str, Any] = answer.raise_for_status().json()
        return receipt

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(write, range(16)))
    one, other = both(pair, "GET", f"/documents/{doc_id}/verify")
    assert one == other
    assert one[1]["whole"]
    assert one[1]["version"] == max(each["version"] for each in receipts)


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "/documents/never-written", {}),
        ("GET", "/documents?cursor=made-up", {}),
        ("POST", "/query", {"json": {"query": ""}}),
        ("POST", "/ingest", {"json": {"doc_id": "x"}}),
        ("GET", "/nowhere", {}),
        ("POST", "/v1/embeddings", {"json": {"model": "unknown", "input": "x"}}),
        ("GET", "/me", {}),
    ],
)
def test_both_replicas_refuse_and_describe_alike(
    pair: list[ServiceProcess], method: str, path: str, options: dict[str, Any]
) -> None:
    one, other = both(pair, method, path, **options)
    assert one == other
