"""Requests that name what belongs to another tenant, made for every route that is described."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import httpx

from tests.support.uploads import Form, form

CANARY = "zyzzyva"
"""A word that stands in every field of the foreign documents, and in no id."""

_OPENAPI = Path(__file__).parents[2] / "docs" / "openapi.json"
_DESCRIBED: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": described
    for path, methods in json.loads(_OPENAPI.read_text(encoding="utf-8"))["paths"].items()
    for method, described in methods.items()
}
OPERATIONS = [*_DESCRIBED, "GET /docs", "GET /openapi.json"]
_VOLATILE = {
    *("request_id", "instance", "took_ms", "version", "timestamp"),
    *("created_at", "updated_at", "content_sha256"),
}
_VOLATILE_HEADERS = {"x-request-id", "content-length", "server-timing"}

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a caller can name of something: ids, words, a place in a list, its very bytes."""

    doc_id: str
    word: str
    cursor: str
    content: bytes


NEVER = Names(doc_id="never-was", word="quokka", cursor="A" * 32, content=b"quokkas " * 20)
"""The names of something that never existed."""

_IN_PATH: Mapping[str, Callable[[Names], str]] = {
    "doc_id": lambda names: names.doc_id,
    "job_id": lambda names: names.doc_id,
    "model": lambda _: "hash",
}
_IN_QUERY: Mapping[str, Callable[[Names], str]] = {
    **dict.fromkeys(("doc_type", "tag", "source", "intent"), lambda names: names.word),
    "updated_after": lambda _: "2000-01-01T00:00:00Z",
    "cursor": lambda names: names.cursor,
    **dict.fromkeys(("limit", "end"), lambda _: "5"),
    **dict.fromkeys(("first", "start"), lambda _: "0"),
    **dict.fromkeys(("wait", "replace"), lambda _: "true"),
}


def _filters(names: Names) -> list[Body]:
    """Return filters that name the thing, and some that match whatever there is."""
    return [
        {"type": "eq", "key": "doc_id", "value": names.doc_id},
        {"type": "in", "key": "tags", "value": [names.word]},
        {"type": "eq", "key": "metadata.note", "value": names.word},
        {"type": "gt", "key": "metadata.number", "value": 0},
        {"type": "ne", "key": "doc_id", "value": "x"},
        {"type": "or", "filters": [{"type": "nin", "key": "source", "value": ["x"]}] * 2},
    ]


_BODIES: Mapping[str, Callable[[Names], list[Body]]] = {
    "POST /ingest": lambda names: [{"doc_id": names.doc_id, "text": "mine"}],
    "POST /ingest/files": lambda _: [],
    "POST /ingest/batch": lambda names: [{"documents": [{"doc_id": names.doc_id, "text": "my"}]}],
    "POST /ingest/preview": lambda names: [{"doc_id": names.doc_id, "text": "mine"}],
    "PATCH /documents/{doc_id}": lambda _: [{"title": "mine"}],
    "POST /documents/delete": lambda names: [
        {"filter": each, "dry_run": is_dry} for each in _filters(names) for is_dry in (True, False)
    ],
    "POST /query": lambda names: [
        *({"query": names.word, "mode": mode} for mode in ("hybrid", "dense", "sparse")),
        *({"query": names.word, "filter": each} for each in _filters(names)),
        {"query": names.word, "doc_type": names.word, "min_score": -1, "per_document": 1},
    ],
    "POST /query/batch": lambda names: [{"queries": [{"query": names.word, "min_score": -1}] * 2}],
    "POST /v1/embeddings": lambda _: [{"model": "hash", "input": "text"}],
}


_FORMS: Mapping[str, Callable[[Names], list[Form]]] = {
    "POST /ingest/files": lambda names: [
        form((names.doc_id, f"mine-{names.doc_id}".encode(), "text/plain")),
        form((f"not {names.doc_id}", names.content, "text/plain")),
    ],
    "POST /ingest/preview": lambda names: [form((names.doc_id, b"mine", "text/plain"))],
}


def requests_for(operation: str, names: Names) -> Iterator[httpx.Request]:
    """Make the requests of one route: bare, with each parameter alone, with each of its bodies.

    Raises KeyError for a parameter or a body that nobody has described here yet.
    """
    method, _, path = operation.partition(" ")
    described = _DESCRIBED.get(operation, {})
    parameters = described.get("parameters", [])
    for name in _names_of(parameters, place="path"):
        path = path.replace(f"{{{name}}}", quote(_IN_PATH[name](names), safe=""))
    asked = [{}, *({n: _IN_QUERY[n](names)} for n in _names_of(parameters, place="query"))]
    bodies = _BODIES[operation](names) if "requestBody" in described else [None]
    for params in asked:
        for body in bodies:
            yield httpx.Request(method, f"http://edge{path}", params=params, json=body)
        for files in _FORMS.get(operation, _no_forms)(names):
            yield httpx.Request(method, f"http://edge{path}", params=params, files=files)


def _no_forms(_: Names) -> list[Form]:
    return []


def _names_of(parameters: list[Body], *, place: str) -> list[str]:
    return [each["name"] for each in parameters if each["in"] == place]


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer without what differs between any two of them, and with the names made equal."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    said: str

    @classmethod
    def of(cls, answer: httpx.Response, names: Names) -> Heard:
        headers = [(k, v) for k, v in answer.headers.items() if k not in _VOLATILE_HEADERS]
        is_json = "json" in answer.headers.get("Content-Type", "")
        body = json.dumps(_lasting(answer.json())) if is_json and answer.content else ""
        for name in (names.doc_id, names.word, names.cursor):
            body = body.replace(json.dumps(name)[1:-1], "NAMED")
        return cls(answer.status_code, tuple(headers), body, f"{answer.headers} {answer.text}")

    def compared(self) -> tuple[object, ...]:
        return self.status, self.headers, self.body


def _lasting(value: Any) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, list):
        return [_lasting(each) for each in value]
    if isinstance(value, dict):
        return {key: _lasting(each) for key, each in value.items() if key not in _VOLATILE}
    return value


async def heard(client: httpx.AsyncClient, operation: str, names: Names) -> list[Heard]:
    """Send all requests of a route and return what was answered."""
    found = []
    for request in requests_for(operation, names):
        request.headers.update(client.headers)
        found.append(Heard.of(await client.send(request), names))
    return found
