"""The envelope of every answer, the body of every request, and who may ask."""

from __future__ import annotations

import hmac
import json
import time
import traceback
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.qdrant_face.catalogue import Catalogue
from tests.support.qdrant_face.face_collection import FaceCollection
from tests.support.qdrant_face.refusals import Refused

Json: TypeAlias = dict[str, Any]
Route: TypeAlias = Callable[[Request], Awaitable[Response]]

BODY_LIMIT_BYTES = 32 << 20
_OPEN_PATHS = frozenset({"/", "/healthz", "/livez", "/readyz"})
_READING = ("/points", "/scroll", "/count", "/query", "/query/batch")


def answered(handler: Callable[[Request], Awaitable[Any]]) -> Route:
    """Put what `handler` returns, or refuses, into the envelope."""

    @wraps(handler)
    async def route(request: Request) -> Response:
        began = time.perf_counter()
        try:
            result = await handler(request)
        except Refused as refused:
            return _error(refused.status, refused.text, began)
        except Exception as error:  # noqa: BLE001  a server answers its own mistakes, too
            traceback.print_exc()
            return _error(500, f"Service internal error: {error}", began)
        if isinstance(result, Response):
            return result
        body = {"result": result, "status": "ok", "time": time.perf_counter() - began}
        return JSONResponse(body)

    return route


def catalogue_of(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


def collection_of(request: Request) -> FaceCollection:
    return catalogue_of(request).named(request.path_params["name"])


async def body_of(request: Request, model: TypeAdapter[Any]) -> Json:
    """Return the body if `model` accepts it: the client's own models know the API."""
    raw = await request.body()
    if len(raw) > BODY_LIMIT_BYTES:
        text = (
            f"Payload error: JSON payload ({len(raw)} bytes) is larger than allowed "
            f"(limit: {BODY_LIMIT_BYTES} bytes)."
        )
        raise Refused(413, text)
    try:
        model.validate_json(raw)
        body: Json = json.loads(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Refused(400, f"Format error in JSON body: {first['msg']} at {first['loc']}") from None
    return body


class Guard:
    """Let nobody in without a key; the read-only one reads."""

    def __init__(self, app: ASGIApp, *, api_key: str, read_only_key: str) -> None:
        """Ask for no key where `api_key` is empty, as a server does."""
        self._app = app
        self._keys = {
            key: writes for key, writes in ((api_key, True), (read_only_key, False)) if key
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 403, or pass the request on."""
        if scope["type"] == "http":
            refusal = self._refusal(Request(scope))
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        path = request.url.path
        if path in _OPEN_PATHS or not self._keys:
            return None
        given = request.headers.get("api-key")
        if given is None and request.headers.get("authorization", "").startswith("Bearer "):
            given = request.headers["authorization"].removeprefix("Bearer ")
        if given is None:
            text = "Must provide an API key or an Authorization bearer token"
            return Response(text, status_code=401, media_type="text/plain")
        for key, writes in self._keys.items():
            if hmac.compare_digest(key.encode(), given.encode()):
                reads = request.method == "GET" or (
                    request.method == "POST" and path.endswith(_READING)
                )
                if writes or reads:
                    return None
                return _error(403, "Forbidden: Write access is required", time.perf_counter())
        return Response("Invalid API key or JWT", status_code=401, media_type="text/plain")


def _error(status: int, text: str, began: float) -> Response:
    body = {"status": {"error": text}, "time": time.perf_counter() - began}
    return JSONResponse(body, status_code=status)
