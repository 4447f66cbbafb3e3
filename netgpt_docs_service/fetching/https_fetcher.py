"""Fetch files over HTTPS, from the hosts that the operator allows and from public addresses only.

A URL is a stranger's wish for where this service shall send a request. So its host is looked up
once, every address is judged, and the connection goes to the very address that was judged.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

import httpx

from netgpt_docs_service.domain.allowed_hosts import AllowedHosts
from netgpt_docs_service.domain.files import SourceFile
from netgpt_docs_service.errors import (
    FetchFailed,
    FileTooLarge,
    InsufficientStorage,
    NotSupported,
    Overloaded,
    ServiceError,
    SourceUnavailable,
    UrlRefused,
)
from netgpt_docs_service.fetching.addresses import is_public, resolve
from netgpt_docs_service.fetching.answers import check_answer, foreign_error
from netgpt_docs_service.fetching.interface import FetchObserver
from netgpt_docs_service.fetching.labels import declared_type, file_name
from netgpt_docs_service.fetching.targets import Target, target_of
from netgpt_docs_service.version import __version__

MOST_REDIRECTS = 5
_MOST_AT_ONCE = 8
_MOST_ADDRESSES = 4
_CONNECT_S = 5.0
_HEADERS = {
    "accept": "*/*",
    "accept-encoding": "identity",
    "user-agent": f"netgpt-docs/{__version__}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How large a file may be, and how long all of a fetch may take, redirects included."""

    file_bytes: int
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpsFetcher:
    """Reach nothing but the allowed hosts; proxies and the environment do not count."""

    allowed: AllowedHosts
    limits: FetchLimits
    observer: FetchObserver
    authorities: ssl.SSLContext
    resolver: Callable[[str, int], Awaitable[Sequence[str]]] = resolve
    is_allowed_address: Callable[[str], bool] = is_public
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_MOST_AT_ONCE))

    @asynccontextmanager
    async def fetch(self, url: str) -> AsyncIterator[SourceFile]:
        """Open what is at `url`, received whole; it is gone when the context ends."""
        self._refuse_more_than_there_is_room_for()
        async with self._places:
            with tempfile.TemporaryFile() as content:
                yield await self._counted(url, content)

    def _refuse_more_than_there_is_room_for(self) -> None:
        if self._places.locked():
            message = f"{_MOST_AT_ONCE} files are being fetched already; no more are at once"
            self.observer.url_fetched(Overloaded.kind)
            raise Overloaded(message)

    async def _counted(self, url: str, content: BinaryIO) -> SourceFile:
        try:
            file = await self._in_time(url, content)
        except ServiceError as error:
            self.observer.url_fetched(error.kind)
            raise
        self.observer.url_fetched("fetched")
        return file

    async def _in_time(self, url: str, content: BinaryIO) -> SourceFile:
        if not self.allowed.entries:
            message = "no file is fetched by its URL: ALLOWED_URL_HOSTS names no host"
            raise NotSupported(message)
        target = target_of(url, self.allowed)
        try:
            async with asyncio.timeout(self.limits.timeout_s):
                return await self._followed(target, content)
        except TimeoutError as error:
            message = f"{target.host} did not send the file within {self.limits.timeout_s:g} s"
            raise SourceUnavailable(message, retry_after_s=self.limits.timeout_s) from error

    async def _followed(self, target: Target, content: BinaryIO) -> SourceFile:
        for _ in range(MOST_REDIRECTS + 1):
            async with self._answer(target) as answer:
                if not answer.has_redirect_location:
                    check_answer(answer, target.host, self.limits.file_bytes)
                    return await self._received(answer, target, content)
                target = target_of(answer.headers["location"], self.allowed, base=target)
        message = f"{target.host} is behind more than {MOST_REDIRECTS} redirects"
        raise FetchFailed(message)

    @asynccontextmanager
    async def _answer(self, target: Target) -> AsyncIterator[httpx.Response]:
        addresses = await self._addresses(target)
        # A client for one host: a kept connection is known by its address, not by whose it is.
        async with httpx.AsyncClient(
            verify=self.authorities,
            trust_env=False,
            timeout=httpx.Timeout(self.limits.timeout_s, connect=_CONNECT_S),
        ) as http:
            try:
                answer = await _sent(http, target, addresses)
                try:
                    yield answer
                finally:
                    await answer.aclose()
            except httpx.HTTPError as error:
                raise foreign_error(error, target.host) from error

    async def _addresses(self, target: Target) -> Sequence[str]:
        addresses = await self.resolver(target.host, target.port)
        if not addresses or not all(self.is_allowed_address(each) for each in addresses):
            message = f"{target.host} has an address that is not of the public internet"
            raise UrlRefused(message)
        return addresses[:_MOST_ADDRESSES]

    async def _received(
        self, answer: httpx.Response, target: Target, content: BinaryIO
    ) -> SourceFile:
        digest, size = hashlib.sha256(), 0
        try:
            async for piece in answer.aiter_raw():
                size += len(piece)
                if size > self.limits.file_bytes:
                    message = (
                        f"what {target.host} sends has more than {self.limits.file_bytes} bytes"
                    )
                    raise FileTooLarge(message)
                digest.update(piece)
                await asyncio.to_thread(content.write, piece)
            await asyncio.to_thread(content.seek, 0)
        except OSError as error:
            message = "there is no room to keep the file while it is read"
            raise InsufficientStorage(message) from error
        return SourceFile(
            content=content,
            size_bytes=size,
            sha256=digest.hexdigest(),
            name=file_name(answer, target.url),
            declared_type=declared_type(answer),
        )


async def _sent(
    http: httpx.AsyncClient, target: Target, addresses: Sequence[str]
) -> httpx.Response:
    """Ask the first address that accepts a connection; the name is for TLS and for Host."""
    *others, last = addresses
    for address in others:
        try:
            return await http.send(_request(target, address), stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue
    return await http.send(_request(target, last), stream=True)


def _request(target: Target, address: str) -> httpx.Request:
    return httpx.Request(
        "GET",
        target.at(address),
        headers={**_HEADERS, "host": target.host_header},
        extensions={"sni_hostname": target.host},
    )
