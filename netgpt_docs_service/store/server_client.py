"""A client of a Qdrant server whose every wait has an end, and whose key no message can show."""

from __future__ import annotations

import math
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr
from qdrant_client import AsyncQdrantClient

from netgpt_docs_service.errors import ConfigurationError

_LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=30.0)
_CONNECT_S = 2.0
_MARGIN_S = 1.0  # the server says itself that its time is over before we stop listening
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_MOST_ATTEMPTS = 2  # a request that the server lets hang has this many chances in its time


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccess:
    """Where the server is, the key for it, and the longest time that one request may take."""

    url: str
    api_key: SecretStr | None = None
    allows_unauthenticated: bool = False
    """Whether a server that asks nobody for a key may be used."""
    timeout_s: float = 20.0

    @property
    def address(self) -> str:
        """The URL without anything secret."""
        parts = urlsplit(self.url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{parts.scheme}://{host}:{parts.port or 6333}"

    @property
    def is_readable_on_the_way(self) -> bool:
        """Whether somebody on the network can read what is sent, the key included."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and parts.hostname not in _THIS_MACHINE

    @property
    def server_timeout_s(self) -> int:
        """How long the server may work on one attempt: Qdrant counts whole seconds."""
        return max(1, math.floor(self.timeout_s / _MOST_ATTEMPTS))


@asynccontextmanager
async def connected(
    access: ServerAccess, *, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[AsyncQdrantClient]:
    """Open a client; nothing is sent yet. `transport` takes the place of the network."""
    # The key goes in as a header because the client warns of every key on a plain connection.
    key = access.api_key.get_secret_value() if access.api_key else None
    # Variables for proxies (HTTPS_PROXY, ALL_PROXY) and a .netrc are meant for the way out; the
    # store's traffic and its key do not go there. SSL_CERT_FILE still names a private authority.
    client = AsyncQdrantClient(
        url=access.url,
        trust_env=False,
        verify=_authorities() if urlsplit(access.url).scheme == "https" else True,
        prefer_grpc=False,
        check_compatibility=False,
        timeout=access.server_timeout_s,
        headers={"api-key": key} if key else {},
        limits=_LIMITS,
        event_hooks={"request": [_outlast_the_server]},
        transport=transport,
    )
    try:
        yield client
    finally:
        await client.close()


def _authorities() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        message = f"SSL_CERT_FILE or SSL_CERT_DIR cannot be read: {error}"
        raise ConfigurationError(message) from error


async def _outlast_the_server(request: httpx.Request) -> None:
    """Listen longer than the server works: the client would stop at the very same moment."""
    server_s = float(request.extensions["timeout"]["read"])
    waits = httpx.Timeout(server_s + _MARGIN_S, connect=_CONNECT_S, pool=_CONNECT_S)
    request.extensions["timeout"] = waits.as_dict()
