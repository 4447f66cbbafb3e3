"""What surrounds every request: its id, its log line, its size limit, and a last resort."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
import uuid
from collections.abc import Mapping
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netgpt_docs_service.api.auth import OPEN_ROUTES
from netgpt_docs_service.api.body import CALLER_LEFT
from netgpt_docs_service.api.problems import tell_nothing
from netgpt_docs_service.observability.logs import request_id
from netgpt_docs_service.observability.metrics import Metrics

_ACCESS = logging.getLogger("netgpt_docs_service.access")
_LOG = logging.getLogger(__name__)
_LONGEST_ID = 64
_DRAIN_S = 5.0
_NO_FORMS: Mapping[str, int] = MappingProxyType({})


class RequestContext:
    """Give each request an id and one log line, and answer errors that nobody expected.

    The line holds no part of a path, query or body: only the route's template.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        """Wrap `app`; this must be the outermost middleware."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        token = request_id.set(exchange.request_id)
        try:
            await self._app(scope, receive, exchange.send)
        except Exception as error:  # noqa: BLE001  the 500 handler: answers, logs and counts
            self._metrics.record_unhandled_error()
            _log_unexpected(error)
            if exchange.status == 0:
                await tell_nothing(scope).response(scope)(scope, receive, exchange.send)
        finally:
            exchange.log()
            request_id.reset(token)


class _Exchange:
    """One request and its answer, as the log line tells it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self.status = 0
        self.began_s = time.perf_counter()
        self.request_id = _request_id(Headers(scope=scope).get("x-request-id", ""))
        state = scope.setdefault("state", {})
        state["request_id"] = self.request_id
        state["began_s"] = self.began_s

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)

    def log(self) -> None:
        route = self._scope.get("route")
        template = getattr(route, "path", "none")
        principal = self._scope["state"].get("principal")
        level = logging.DEBUG if template in OPEN_ROUTES else logging.INFO
        _ACCESS.log(
            level,
            "request",
            extra={
                "action": "request",
                "method": self._scope["method"],
                "route": template,
                "status": self.status or CALLER_LEFT,  # as nothing was sent
                "duration_ms": round((time.perf_counter() - self.began_s) * 1000, 1),
                "tenant": getattr(principal, "tenant", None),
                "key_id": getattr(principal, "key_id", None),
            },
        )


class BodyLimit:
    """Refuse bodies over a number of bytes, whether they say their length or not.

    The framework's own limit answers a declared length with a plain text of its own.
    """

    def __init__(
        self, app: ASGIApp, *, limit_bytes: int, form_limits: Mapping[str, int] = _NO_FORMS
    ) -> None:
        """Wrap `app`; routes meet the refusal when they read the body.

        `form_limits` are those of forms, by path: they hold files and are never in memory.
        """
        self._app = app
        self._limit_bytes = limit_bytes
        self._form_limits = form_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request with a body that counts itself."""
        if scope["type"] == "http":
            receive = _CountedBody(receive, self._limit(scope), _declared(scope)).receive
        await self._app(scope, receive, send)

    def _limit(self, scope: Scope) -> int:
        content_type = Headers(scope=scope).get("content-type", "")
        if content_type.lower().startswith("multipart/form-data"):
            return self._form_limits.get(scope["path"], self._limit_bytes)
        return self._limit_bytes


class _CountedBody:
    def __init__(self, receive: Receive, limit_bytes: int, declared_bytes: int) -> None:
        self._receive = receive
        self._limit_bytes = limit_bytes
        self._declared_bytes = declared_bytes
        self._seen_bytes = 0

    async def receive(self) -> Message:
        if self._declared_bytes > self._limit_bytes:
            await self._refuse(is_patient=self._declared_bytes <= 2 * self._limit_bytes)
        message = await self._next()
        if self._seen_bytes > self._limit_bytes:
            await self._refuse(is_patient=bool(message.get("more_body")))
        return message

    async def _next(self) -> Message:
        message = await self._receive()
        self._seen_bytes += len(message.get("body", b""))
        return message

    async def _refuse(self, *, is_patient: bool) -> None:
        if is_patient:
            await self._drain()
        detail = f"the body is larger than {self._limit_bytes} bytes"
        raise HTTPException(413, detail, headers={"Connection": "close"})

    async def _drain(self) -> None:
        """Read on for a moment: a client that still sends would lose the answer to a reset."""
        try:
            async with asyncio.timeout(_DRAIN_S):
                while self._seen_bytes <= 2 * self._limit_bytes:
                    message = await self._next()
                    if not message.get("more_body"):
                        return
        except TimeoutError:
            _LOG.info("a body over the limit came slowly", extra={"action": "drain_timeout"})


def _declared(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    is_number = length.isascii() and length.isdigit() and len(length) < _LONGEST_ID
    return int(length) if is_number else 0


def _request_id(sent: str) -> str:
    is_plain = all("!" <= character <= "~" for character in sent)
    return sent if sent and len(sent) <= _LONGEST_ID and is_plain else uuid.uuid4().hex


def _log_unexpected(error: Exception) -> None:
    """Log where it happened but not the message, which may hold a document's text."""
    _LOG.error(
        "unexpected error",
        extra={
            "action": "unexpected_error",
            "error": type(error).__qualname__,
            "frames": "".join(traceback.format_tb(error.__traceback__)),
        },
    )
