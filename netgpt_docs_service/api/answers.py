"""The answers that OpenAPI promises besides the good one."""

from __future__ import annotations

from typing import Any, TypeAlias

_MEANINGS = {
    400: "A header or the transfer of the body is not valid",
    401: "No key, or one that is not known",
    403: "The key lacks the scope",
    404: "Nothing of this tenant has that name",
    405: "The path does not take this method",
    413: "The body is larger than allowed",
    415: "The body is of a type that is not read",
    422: "The request is not valid; `errors` points at each fault",
    501: "An `Idempotency-Key` was sent, or a file where no files are read: not supported",
    503: "Try again after `Retry-After` seconds",
}
_OPENAI_MEANINGS: dict[int | str, dict[str, str]] = {
    404: {"description": "No model of that name is served"},
    422: {"description": "The request is not valid; `param` names the first faulty field"},
}
_SCHEMA = {"schema": {"$ref": "#/components/schemas/Problem"}}
_RETRY = {"Retry-After": {"description": "Whole seconds.", "schema": {"type": "integer"}}}
_READ = (400, 401, 403, 422, 503)
_BODY = (413, 415)


Responses: TypeAlias = dict[int | str, dict[str, Any]]


def problems(*more: int, has_body: bool = False) -> Responses:
    """Return `responses=` of a route that asks for a key and a scope and uses the store."""
    statuses = sorted({*_READ, *more, *(_BODY if has_body else ())})
    return {status: _described(status) for status in statuses}


def openai_errors(*more: int, has_body: bool = False) -> Responses:
    """Return what `problems` does for a route under /v1: the same answers in OpenAI's shape."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIErrorModel"}}}
    return {
        status: described | {"content": content} | _OPENAI_MEANINGS.get(status, {})
        for status, described in problems(*more, has_body=has_body).items()
    }


def no_scope_problems() -> Responses:
    """Return `responses=` of a route that asks only for a key."""
    return {status: _described(status) for status in (400, 401, 422)}


def _described(status: int) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": _MEANINGS[status],
        "content": {"application/problem+json": _SCHEMA},
    }
    return described | ({"headers": _RETRY} if status == 503 else {})  # noqa: PLR2004  a status
