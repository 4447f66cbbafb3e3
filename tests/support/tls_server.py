"""A server that speaks TLS on loopback and answers each path with the bytes that a test says."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

HOST = "files.example.org"
OTHER = "other.example.org"
Drip: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of its own authority, for HOST and for no other name."""

    certificate: Path
    key: Path

    def served(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


def made_certificate(folder: Path) -> Certificate:
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-subj", "/CN=test", "-addext", f"subjectAltName=DNS:{HOST}", "-days", "2"]
    files = ["-keyout", str(made.key), "-out", str(made.certificate)]
    subprocess.run(
        ["openssl", "req", *kind, *subject, *files], check=True, capture_output=True, timeout=30
    )
    return made


@dataclass(slots=True)
class TlsServer:
    """Answers by path; keeps the heads of what it was asked, and the names that TLS asked for."""

    port: int
    answers: dict[str, bytes | Drip] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)

    def url(self, path: str, *, host: str = HOST) -> str:
        return f"https://{host}:{self.port}{path}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):  # the client may leave at any time
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            answer = self.answers[head.split()[1]]
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        writer.close()


@asynccontextmanager
async def opened_tls_server(certificate: Certificate) -> AsyncIterator[TlsServer]:
    answering = TlsServer(0)
    context = certificate.served()
    context.sni_callback = lambda _, name, __: answering.names.append(name)
    server = await asyncio.start_server(answering.answer, "127.0.0.1", 0, ssl=context)
    answering.port = server.sockets[0].getsockname()[1]
    async with server:
        yield answering


def answered(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """Return an answer with its right length, unless `headers` say another."""
    lengths = [] if any("content-length" in each for each in headers) else [len(body)]
    lines = [f"HTTP/1.1 {status}", *headers, *(f"content-length: {each}" for each in lengths)]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirected(location: str, status: str = "302 Found") -> bytes:
    return answered(b"", f"location: {location}", status=status)
