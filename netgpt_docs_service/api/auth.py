"""Who is asking: one gate in front of every route that is not open, then scopes by route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from netgpt_docs_service.api.keys import KeyRing, is_operator
from netgpt_docs_service.api.problems import tell
from netgpt_docs_service.domain.access import TENANT_NAME, ApiKey, Principal, Scope
from netgpt_docs_service.errors import Forbidden, ServiceError, Unauthenticated
from netgpt_docs_service.observability.metrics import Metrics

OPEN_ROUTES = frozenset({"/livez", "/readyz", "/health", "/metrics", "/docs", "/openapi.json"})
"""The only paths that answer without a key; every other path, known or not, asks for one first."""

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="An API key. An operator key also sends `X-Tenant-ID`; no other key may.",
)


class Gate:
    """Refuse requests without a good key before anything of them is read."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: KeyRing,
        metrics: Metrics,
        now: Callable[[], datetime],
    ) -> None:
        """Guard `app` with `keys`."""
        self._app = app
        self._keys = keys
        self._metrics = metrics
        self._now = now

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Put the caller into the request's state, or answer with a problem."""
        if scope["type"] != "http" or scope["path"] in OPEN_ROUTES:
            await self._app(scope, receive, send)
            return
        try:
            scope["state"]["principal"] = self._principal(Headers(scope=scope))
        except (ServiceError, HTTPException) as error:
            told = tell(scope, error)
            self._metrics.record_auth_failure(told.kind)
            self._metrics.record_problem(told.kind)
            await told.response(scope)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _principal(self, headers: Headers) -> Principal:
        key = self._keys.find(_secret(headers), self._now())
        return Principal(key.key_id, _tenant(key, headers.getlist("x-tenant-id")), key.scopes)


@dataclass(frozen=True, slots=True)
class Requires:
    """A dependency that lets a caller through who has `scope`; None asks only for a key."""

    scope: Scope | None = None

    async def __call__(
        self,
        request: Request,
        _: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    ) -> Principal:
        """Return the caller whom the gate let in; Forbidden without the scope."""
        principal = cast("Principal | None", request.scope["state"].get("principal"))
        if principal is None:
            raise Unauthenticated
        if self.scope is not None and self.scope not in principal.scopes:
            request.scope["state"]["metrics"].record_auth_failure("forbidden")
            message = f"this needs the scope {self.scope}, which key {principal.key_id!r} lacks"
            raise Forbidden(message)
        return principal


Caller = Annotated[Principal, Depends(Requires())]
QueryCaller = Annotated[Principal, Depends(Requires(Scope.QUERY))]
IngestCaller = Annotated[Principal, Depends(Requires(Scope.INGEST))]
DeleteCaller = Annotated[Principal, Depends(Requires(Scope.DELETE))]
AdminCaller = Annotated[Principal, Depends(Requires(Scope.ADMIN))]


def _secret(headers: Headers) -> bytes:
    sent = headers.getlist("authorization")
    scheme, _, secret = (sent[0] if len(sent) == 1 else "").partition(" ")
    secret = secret.strip(" ")  # only spaces: other white space of latin-1 may be bytes of a key
    if scheme.lower() != "bearer" or not secret:
        message = "send one header `Authorization: Bearer <key>`"
        raise Unauthenticated(message)
    return secret.encode("latin-1")  # the bytes as they were sent, whatever they mean


def _tenant(key: ApiKey, named: list[str]) -> str:
    if not is_operator(key):
        if named:
            raise HTTPException(400, "X-Tenant-ID is for operator keys: leave it out")
        return key.tenant
    if len(named) == 1 and TENANT_NAME.fullmatch(named[0]):
        return named[0]
    raise HTTPException(
        400, f"an operator key sends one X-Tenant-ID that matches {TENANT_NAME.pattern}"
    )
