"""An application under test: its keys, its settings, and clients that speak to it in-process."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from netgpt_docs_service.settings import Settings

SECRETS = {
    "acme": "acme-full-scope-secret",
    "other": "other-full-scope-secret",
    "reader": "acme-query-only-secret",
    "writer": "acme-ingest-only-secret",
    "remover": "acme-delete-only-secret",
    "operator": "operator-secret-of-all",
    "expired": "acme-expired-secret-key",
}
_ALL = ["query", "ingest", "delete", "admin"]
_KEYS: list[dict[str, object]] = [
    {"id": "acme", "tenant": "acme", "scopes": _ALL},
    {"id": "other", "tenant": "other", "scopes": _ALL},
    {"id": "reader", "tenant": "acme", "scopes": ["query"]},
    {"id": "writer", "tenant": "acme", "scopes": ["ingest"]},
    {"id": "remover", "tenant": "acme", "scopes": ["delete"]},
    {"id": "operator", "tenant": "*", "scopes": _ALL},
    {"id": "expired", "tenant": "acme", "scopes": _ALL, "expires_at": "2020-01-01T00:00:00Z"},
]


def write_keys(path: Path) -> Path:
    """Write the test keys as an API_KEYS_FILE."""
    entries = [
        {**key, "sha256": hashlib.sha256(SECRETS[str(key["id"])].encode()).hexdigest()}
        for key in _KEYS
    ]
    path.write_text(yaml.safe_dump({"keys": entries}))
    return path


def make_settings(keys: Path, **overrides: object) -> Settings:
    """Return settings that depend on nothing outside the test."""
    return Settings(_env_file=None, api_keys_file=keys, **overrides)  # type: ignore[arg-type]  # checked by pydantic


@dataclass(frozen=True, slots=True)
class Edge:
    """A started application: in-process clients, and the state that requests see."""

    app: FastAPI
    state: Mapping[str, object]

    def client(self, key: str | None = "acme", **headers: str) -> httpx.AsyncClient:
        """Return a client that sends the key of that name."""
        if key is not None:
            headers = {"Authorization": f"Bearer {SECRETS[key]}", **headers}
        transport = httpx.ASGITransport(self._serve)
        return httpx.AsyncClient(transport=transport, base_url="http://edge", headers=headers)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = dict(self.state)  # as servers do: a copy for every request
        await self.app(scope, receive, send)


@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[Edge]:
    """Run the application's lifespan around a test."""
    async with app.router.lifespan_context(app) as state:
        yield Edge(app, dict(state or {}))
