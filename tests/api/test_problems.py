"""What a problem tells, what it hides, and what reaches the log."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import httpx
import pytest
from starlette.types import Message, Scope

from netgpt_docs_service.api.state import State
from netgpt_docs_service.errors import Overloaded, StoreUnavailable
from netgpt_docs_service.observability.logs import LineFormatter
from netgpt_docs_service.usecases.services import Services
from tests.support.edge import SECRETS, Edge

SECRET_TEXT = "the quick brown secret of the archive"


class Lines(logging.Handler):
    """Keep what the service writes to its log, as it writes it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(LineFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def of(self, action: str) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.lines) if line.get("action") == action]


@pytest.fixture
def log() -> Iterator[Lines]:
    lines, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(lines)
    root.setLevel(level)


@dataclasses.dataclass(frozen=True, slots=True)
class Failing:
    """A search that ends in an error."""

    error: Exception

    async def search(self, *_: object) -> NoReturn:
        raise self.error


@pytest.fixture
def fail_searches(state: State) -> Callable[[Exception], None]:
    def fail(error: Exception) -> None:
        search = Failing(error)
        state["services"] = dataclasses.replace(state["services"], search=search)  # type: ignore[arg-type]  # it fails anyway

    return fail


@pytest.fixture
def broken(fail_searches: Callable[[Exception], None]) -> None:
    """Let every search fail in a way that nobody expected."""
    fail_searches(RuntimeError(f"cannot cope with {SECRET_TEXT}"))


async def test_a_problem_has_the_shape_of_rfc_9457(acme: httpx.AsyncClient) -> None:
    answer = await acme.get("/documents/a%2Fb", headers={"X-Request-ID": "r-1"})

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:netgpt-docs:problem:not_found",
        "title": "Not found",
        "status": 404,
        "detail": "document 'a/b' does not exist",
        "instance": "/documents/a%2Fb",
        "request_id": "r-1",
    }


async def test_an_unknown_path_is_404(acme: httpx.AsyncClient) -> None:
    assert (await acme.get("/nowhere")).json()["status"] == 404


async def test_a_wrong_method_is_405_and_names_the_right_ones(acme: httpx.AsyncClient) -> None:
    answer = await acme.put("/documents/d")

    assert (answer.status_code, answer.json()["status"]) == (405, 405)
    assert answer.headers["Allow"] == "DELETE, GET, PATCH"


async def test_every_fault_of_a_body_is_named_once(acme: httpx.AsyncClient) -> None:
    answer = await acme.post("/ingest", json={"text": 5, "tags": "x", "a/b~c": 1})

    faults = {each["pointer"]: each["message"] for each in answer.json()["errors"]}
    assert faults.keys() == {"/doc_id", "/text", "/tags", "/a~1b~0c"}
    assert faults["/doc_id"] == "doc_id: Field required"


async def test_the_time_to_come_back_is_told_in_whole_seconds_and_never_too_early(
    acme: httpx.AsyncClient, fail_searches: Callable[[Exception], None]
) -> None:
    fail_searches(Overloaded(retry_after_s=1.2))

    answer = await acme.post("/query", json={"query": "q"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


async def test_what_was_not_possible_is_logged_with_its_route_and_its_cause(
    acme: httpx.AsyncClient, log: Lines, fail_searches: Callable[[Exception], None]
) -> None:
    error = StoreUnavailable(f"document {SECRET_TEXT!r} kept changing")
    error.__cause__ = BrokenPipeError()
    fail_searches(error)

    answer = await acme.post("/query", json={"query": "q"})

    (line,) = log.of("unavailable")
    assert line["request_id"] == answer.json()["request_id"]
    assert [line[name] for name in ("level", "kind", "route", "cause")] == [
        *("warning", "store_unavailable", "/query", "BrokenPipeError"),
    ]
    assert "secret" not in "".join(log.lines)


async def test_an_item_of_a_batch_that_was_not_possible_is_logged_too(
    acme: httpx.AsyncClient, log: Lines, state: State, away: Services
) -> None:
    stuck = dataclasses.replace(state["services"].ingest, writer=away.ingest.writer)
    many = dataclasses.replace(state["services"].ingest_many, one=stuck)
    state["services"] = dataclasses.replace(state["services"], ingest_many=many)

    await acme.post("/ingest/batch", json={"documents": [{"doc_id": "d", "text": "some text"}]})

    (line,) = log.of("unavailable")
    assert (line["kind"], line["route"]) == ("store_unavailable", "/ingest/batch")


async def test_an_unexpected_error_says_nothing_of_our_insides(
    acme: httpx.AsyncClient, log: Lines, broken: None
) -> None:
    answer = await acme.post("/query", json={"query": "q"})

    assert (answer.status_code, broken) == (500, None)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "secret" not in answer.text + "".join(log.lines)
    assert "Runtime" not in answer.text
    (line,) = log.of("unexpected_error")
    assert (line["error"], line["request_id"]) == ("RuntimeError", answer.json()["request_id"])
    assert answer.headers["X-Request-ID"] == line["request_id"]


async def test_an_unexpected_error_is_counted(acme: httpx.AsyncClient, broken: None) -> None:
    await acme.post("/query", json={"query": "q"})

    exposed = (await acme.get("/metrics")).text
    assert broken is None
    assert "netgpt_unhandled_errors_total 1.0" in exposed


async def test_a_request_is_one_line_with_its_template_and_caller(
    acme: httpx.AsyncClient, log: Lines, stored: dict[str, Any]
) -> None:
    answer = await acme.get(f"/documents/{stored['doc_id']}/text")

    line = log.of("request")[-1]
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["duration_ms"] > 0
    said = ("method", "route", "status", "tenant", "key_id", "level", "logger", "message")
    assert [line[name] for name in said] == [
        *("GET", "/documents/{doc_id}/text", 200, "acme", "acme"),
        *("info", "netgpt_docs_service.access", "request"),
    ]


async def test_neither_text_nor_query_nor_id_nor_key_is_ever_logged(
    acme: httpx.AsyncClient, anyone: httpx.AsyncClient, log: Lines
) -> None:
    document = {"doc_id": "id-of-secret", "text": SECRET_TEXT, "title": SECRET_TEXT}
    await acme.post("/ingest", json=document)
    await acme.post("/ingest", json={**document, "text": [SECRET_TEXT]})
    await acme.post("/query", json={"query": SECRET_TEXT})
    await acme.post("/query", json={"query": SECRET_TEXT * 500})
    await acme.get("/documents", params={"tag": SECRET_TEXT})
    await acme.get("/documents/id-of-secret/text")
    await anyone.get("/me", headers={"Authorization": "Bearer secret-guess-of-a-key"})

    written = "".join(line for line in log.lines if '"logger": "httpx"' not in line)
    assert len(log.of("request")) == 7
    assert "secret" not in written
    assert SECRETS["acme"] not in written


@pytest.mark.parametrize(
    ("sent", "is_echoed"),
    [("abc-123", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("", False)],
)
async def test_a_request_id_is_echoed_when_short_and_printable(
    acme: httpx.AsyncClient,
    sent: str,
    is_echoed: bool,  # noqa: FBT001  a case of the table
) -> None:
    answered = (await acme.get("/me", headers={"X-Request-ID": sent})).headers["X-Request-ID"]

    assert (answered == sent) is is_echoed
    assert answered


async def test_an_answer_is_not_cached_or_sniffed(acme: httpx.AsyncClient) -> None:
    headers = (await acme.get("/me")).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_body_that_ends_early_is_answered_and_no_error(edge: Edge, log: Lines) -> None:
    sent: list[Message] = []
    messages: list[Message] = [
        {"type": "http.request", "body": b'{"doc_id"', "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/ingest",
        "raw_path": b"/ingest",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {SECRETS['acme']}".encode()),
            (b"content-type", b"application/json"),
        ],
        "state": dict(edge.state),
    }

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await edge.app(scope, receive, send)

    assert sent[0]["status"] == 400
    assert log.of("unexpected_error") == []
