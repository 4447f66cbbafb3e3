"""A proxy that breaks what a test tells it to, between a client and the server it asks.

proxy.on("PUT", "/points$", faults.answer(500))     every such request from now on
proxy.on("PUT", "/points$", faults.drop, times=1)   the next one only
proxy.heal()                                        none any more
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

_HEAD_LIMIT_BYTES = 1 << 16
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Exchange:
    """One request on its way: what a fault may forward, answer, or leave without an answer."""

    head: bytes
    body: bytes
    upstream: tuple[str, int]
    client: asyncio.StreamWriter
    healed: asyncio.Event

    async def forwarded(self) -> bytes:
        """Ask the server and return its whole answer; raises OSError where there is none."""
        reader, writer = await asyncio.open_connection(*self.upstream)
        try:
            head = re.sub(rb"(?im)^connection:.*\r\n", b"", self.head)
            writer.write(head[:-2] + b"connection: close\r\n\r\n" + self.body)
            await writer.drain()
            answer = await reader.read(-1)
        finally:
            writer.close()
        return re.sub(rb"(?im)^connection: close\r\n", b"", answer, count=1)

    async def respond(self, answer: bytes) -> None:
        self.client.write(answer)
        await self.client.drain()

    def reset(self) -> None:
        """Break the connection so that the client notices at once."""
        own: socket.socket = self.client.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.client.transport.abort()


Fault: TypeAlias = Callable[[Exchange], Awaitable[None]]


async def passed_on(exchange: Exchange) -> None:
    await exchange.respond(await exchange.forwarded())


@dataclass(slots=True)
class _Rule:
    method: str
    path: re.Pattern[str]
    fault: Fault
    skip: int
    times: int | None

    def takes(self, method: str, path: str) -> bool:
        """Say whether this request is broken, and count it."""
        if self.method not in {method, "*"} or not self.path.search(path) or self.times == 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


def address_of(url: str) -> tuple[str, int]:
    """Return host and port; what is encrypted cannot be broken in the middle."""
    parts = urlsplit(url)
    assert parts.scheme == "http", f"{url}: faults need a server without TLS"
    return parts.hostname or "", parts.port or 6333


@dataclass(slots=True)
class FaultProxy:
    """Listens on an address of its own, before a server whose address may change."""

    upstream: tuple[str, int]
    requests: list[str] = field(default_factory=list)
    _rules: list[_Rule] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _port: int = 0
    _healed: asyncio.Event = field(default_factory=asyncio.Event)
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def listen(self) -> None:
        """Accept connections, at the same address every time."""
        if self._server is not None:
            return
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self._port, limit=_HEAD_LIMIT_BYTES
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Stop listening, and break the connections that are open."""
        if self._server is None:
            return
        self._healed.set()
        self._server.close()
        for client in [*self._connections]:
            client.transport.abort()
        await self._server.wait_closed()
        self._server = None

    def on(
        self, method: str, path: str, fault: Fault, *, skip: int = 0, times: int | None = None
    ) -> None:
        """Break matching requests after the first `skip`: `times` of them, or for ever.

        The newest rule that takes a request decides; `*` is any method.
        """
        self._rules.insert(0, _Rule(method, re.compile(path), fault, skip, times))

    def heal(self) -> None:
        """Forget all rules; what hangs loses its connection."""
        self._rules.clear()
        self.requests.clear()
        self._healed.set()
        self._healed = asyncio.Event()

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self._connections.add(client)
        try:
            with suppress(OSError, EOFError):
                while not client.is_closing():
                    await self._exchange(reader, client)
        finally:
            self._connections.discard(client)
            client.close()

    async def _exchange(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        method, path = head.split(b" ", 2)[:2]
        request = f"{method.decode()} {path.decode()}"
        self.requests.append(request)
        fault = self._fault(*request.split(" "))
        await fault(Exchange(head, body, self.upstream, client, self._healed))

    def _fault(self, method: str, target: str) -> Fault:
        path = target.partition("?")[0]
        for rule in self._rules:
            if rule.takes(method, path):
                return rule.fault
        return passed_on


@asynccontextmanager
async def proxy_before(url: str) -> AsyncIterator[FaultProxy]:
    """Run a proxy before the server at `url` around a test."""
    proxy = FaultProxy(address_of(url))
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.refuse()
