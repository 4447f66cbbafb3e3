"""Problems: what a caller is told when something is wrong (RFC 9457), and nothing more."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from netgpt_docs_service.api.methods import allowed_methods
from netgpt_docs_service.api.pointers import fault_of, name_faults
from netgpt_docs_service.api.schemas.openai import OpenAIErrorModel, speaks_openai
from netgpt_docs_service.api.schemas.problem import Fault, Problem
from netgpt_docs_service.errors import InvalidInput, ServiceError, Unavailable
from netgpt_docs_service.observability.metrics import Metrics

_LOG = logging.getLogger(__name__)

STATUS_BY_KIND: dict[str, int] = {
    "invalid_input": 422,
    "limit_exceeded": 422,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "model_not_found": 404,
    "file_refused": 422,
    "file_too_large": 413,
    "unsupported_file": 415,
    "encrypted_file": 422,
    "damaged_file": 422,
    "unsafe_file": 422,
    "extraction_crashed": 422,
    "no_extractable_text": 422,
    "url_refused": 422,
    "fetch_failed": 422,
    "name_taken": 409,
    "not_supported": 501,
    "document_damaged": 500,
    "unavailable": 503,
    "overloaded": 503,
    "deadline_exceeded": 503,
    "store_unavailable": 503,
    "insufficient_storage": 503,
    "embedding_failed": 503,
    "extraction_unavailable": 503,
    "source_unavailable": 503,
}
"""The one place that knows which status an error has."""

_TITLE_BY_KIND = {
    "invalid_input": "The request is not valid",
    "limit_exceeded": "The request is larger than allowed",
    "unauthenticated": "A valid key is required",
    "forbidden": "This key may not do that",
    "not_found": "Not found",
    "model_not_found": "No such model",
    "file_refused": "The file cannot be read",
    "file_too_large": "The file is larger than allowed",
    "unsupported_file": "Files of this kind are not read",
    "encrypted_file": "The file asks for a password",
    "damaged_file": "The file is damaged",
    "unsafe_file": "The file wants more than it may have",
    "extraction_crashed": "Reading the file failed",
    "no_extractable_text": "The file holds no text",
    "url_refused": "The URL may not be fetched",
    "fetch_failed": "There is no file at the URL",
    "name_taken": "Another file has this name",
    "not_supported": "Not offered by this deployment",
    "document_damaged": "What is stored of this document cannot be read",
    "unavailable": "Temporarily unavailable",
    "overloaded": "Too much work is waiting",
    "deadline_exceeded": "Not finished in time",
    "store_unavailable": "The vector store does not answer",
    "insufficient_storage": "The disk is nearly full",
    "embedding_failed": "The embedding engine failed",
    "extraction_unavailable": "Files cannot be read right now",
    "source_unavailable": "The file cannot be fetched now",
}
_HTTP_KINDS = {
    400: ("bad_request", "The request is malformed"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "The path does not take this method"),
    413: ("body_too_large", "The body is larger than allowed"),
    415: ("unsupported_media_type", "The body is of a type that is not read"),
}
_METHOD_NOT_ALLOWED = 405
_UNEXPECTED = "internal_error"
_Handler: TypeAlias = Callable[[Request, Any], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class Told:
    """A problem with the headers that go with it."""

    kind: str
    problem: Problem
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, scope: Scope) -> Response:
        """Return the HTTP response to the caller of `scope`, in the shape its path promises."""
        told: BaseModel = self.problem
        media_type = "application/problem+json"
        if speaks_openai(scope):
            told = OpenAIErrorModel.of(self.kind, self.problem)
            media_type = "application/json"
        body = told.model_dump_json(exclude_none=told is self.problem)
        return Response(body, self.problem.status, self.headers, media_type)


def tell(scope: Scope, error: ServiceError | HTTPException) -> Told:
    """Describe an error that was raised on purpose to the caller of `scope`."""
    if isinstance(error, HTTPException):
        kind, title = _HTTP_KINDS.get(error.status_code, ("http_error", "Not possible"))
        problem = _problem(scope, kind, (error.status_code, title, error.detail))
        return Told(kind, problem, dict(error.headers or {}))
    headers = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    if error.kind == "unauthenticated":
        headers["WWW-Authenticate"] = "Bearer"
    faults = [fault_of(error)] if isinstance(error, InvalidInput) else None
    what = (STATUS_BY_KIND[error.kind], _TITLE_BY_KIND[error.kind], error.message)
    return Told(error.kind, _problem(scope, error.kind, what, faults), headers)


def tell_faults(scope: Scope, faults: Sequence[Fault]) -> Told:
    """Describe every fault of a request's shape; there is at least one."""
    rest = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    what = (422, _TITLE_BY_KIND["invalid_input"], f"{faults[0].message}{rest}")
    return Told("invalid_input", _problem(scope, "invalid_input", what, faults))


def tell_nothing(scope: Scope) -> Told:
    """Describe an error that nobody expected: our insides are not the caller's business."""
    detail = "An unexpected error; the request id finds it in the log"
    what = (500, "Internal Server Error", detail)
    return Told(_UNEXPECTED, _problem(scope, _UNEXPECTED, what))


def log_unavailable(scope: Scope, error: Unavailable) -> None:
    """Tell the operator what was refused and what was behind it; the message may name a document.

    The line carries the request's id like every other.
    """
    extra = {
        "action": "unavailable",
        "kind": error.kind,
        "route": getattr(scope.get("route"), "path", "none"),
        "cause": None if error.__cause__ is None else type(error.__cause__).__qualname__,
    }
    _LOG.warning("unavailable", extra=extra)


@dataclass(frozen=True, slots=True)
class ProblemHandlers:
    """Answer what routes raise; each answer is counted by its kind."""

    metrics: Metrics

    async def service_error(self, request: Request, error: ServiceError) -> Response:
        """Answer an error of the tree in errors.py; StartupError has no place in a request."""
        if error.kind not in STATUS_BY_KIND:
            raise error
        if isinstance(error, Unavailable):
            log_unavailable(request.scope, error)
        return self._counted(request, tell(request.scope, error))

    async def http_error(self, request: Request, error: HTTPException) -> Response:
        """Answer an error of the framework, such as an unknown path."""
        if error.status_code == _METHOD_NOT_ALLOWED:
            error.headers = {"Allow": ", ".join(allowed_methods(request))}
        return self._counted(request, tell(request.scope, error))

    async def validation_error(self, request: Request, error: RequestValidationError) -> Response:
        """Answer a body or query of the wrong shape; no part of what was sent is repeated."""
        faults = name_faults(error.errors(), error.body)
        return self._counted(request, tell_faults(request.scope, faults))

    async def disconnect(self, request: Request, _: ClientDisconnect) -> Response:
        """Answer a body that ended before it was complete; the caller is probably gone."""
        error = HTTPException(400, "the body ended before it was complete")
        return self._counted(request, tell(request.scope, error))

    def table(self) -> dict[int | type[Exception], _Handler]:
        """Return what FastAPI calls its exception handlers."""
        return {
            ServiceError: self.service_error,
            HTTPException: self.http_error,
            RequestValidationError: self.validation_error,
            ClientDisconnect: self.disconnect,
        }

    def _counted(self, request: Request, told: Told) -> Response:
        self.metrics.record_problem(told.kind)
        return told.response(request.scope)


def _problem(
    scope: Scope, kind: str, what: tuple[int, str, str], faults: Sequence[Fault] | None = None
) -> Problem:
    status, title, detail = what
    raw_path: bytes = scope.get("raw_path") or b"/"
    return Problem(
        type=f"urn:netgpt-docs:problem:{kind}",
        title=title,
        status=status,
        detail=detail,
        instance=raw_path.decode("ascii", "replace"),
        request_id=scope.get("state", {}).get("request_id", ""),
        errors=list(faults) if faults is not None else None,
    )
