"""Files over HTTPS, from a real server with TLS on loopback."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os

import pytest

from netgpt_docs_service.domain.allowed_hosts import AllowedHosts
from netgpt_docs_service.errors import (
    FetchFailed,
    FileTooLarge,
    NotSupported,
    Overloaded,
    ServiceError,
    SourceUnavailable,
)
from netgpt_docs_service.fetching.https_fetcher import HttpsFetcher
from tests.support.fetching import LIMIT_BYTES, MakeFetcher, Names, Outcomes
from tests.support.tls_server import HOST, TlsServer, answered


async def test_a_file_comes_whole_with_its_hash_its_name_and_its_type(
    server: TlsServer, fetcher: HttpsFetcher, outcomes: Outcomes
) -> None:
    server.answers["/a/report.pdf?x=1"] = answered(b"content", "content-type: application/pdf")

    async with fetcher.fetch(server.url("/a/report.pdf?x=1#page=2")) as file:
        content = os.pread(file.content.fileno(), 100, 0)

    assert (content, file.size_bytes) == (b"content", 7)
    assert file.sha256 == hashlib.sha256(b"content").hexdigest()
    assert (file.name, file.declared_type) == ("report.pdf", "application/pdf")
    assert outcomes.told == ["fetched"]


async def test_the_file_is_gone_when_the_context_ends(
    server: TlsServer, fetcher: HttpsFetcher
) -> None:
    server.answers["/"] = answered(b"content")

    async with fetcher.fetch(server.url("/")) as file:
        assert file.content.read() == b"content"

    assert file.content.closed


async def test_the_server_learns_the_hosts_name_and_nothing_of_ours(
    server: TlsServer, fetcher: HttpsFetcher
) -> None:
    server.answers["/"] = answered(b"content")

    async with fetcher.fetch(server.url("/")):
        pass

    lines = server.heads[0].lower().splitlines()
    assert server.names == [HOST]
    assert f"host: {HOST}:{server.port}" in lines
    assert "accept-encoding: identity" in lines
    assert {line.partition(":")[0] for line in lines[1:] if line} <= {
        *("host", "accept", "accept-encoding", "user-agent", "connection")
    }


async def test_variables_for_proxies_do_not_count(
    server: TlsServer, fetcher: HttpsFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.answers["/"] = answered(b"content")

    async with fetcher.fetch(server.url("/")) as file:
        assert file.size_bytes == 7


async def test_as_many_bytes_as_the_limit_are_taken(
    server: TlsServer, fetcher: HttpsFetcher
) -> None:
    server.answers["/"] = answered(b"x" * LIMIT_BYTES)

    async with fetcher.fetch(server.url("/")) as file:
        assert file.size_bytes == LIMIT_BYTES


@pytest.mark.parametrize(
    "answer",
    [
        answered(b"x" * (LIMIT_BYTES + 1)),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LIMIT_BYTES + 1),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001,
        answered(b"", f"content-length: {10**15}"),
    ],
    ids=["declared", "not declared", "chunked", "absurd"],
)
async def test_one_byte_more_is_refused_however_it_is_declared(
    answer: bytes, server: TlsServer, fetcher: HttpsFetcher, outcomes: Outcomes
) -> None:
    server.answers["/"] = answer

    with pytest.raises(FileTooLarge, match=str(LIMIT_BYTES)):
        async with fetcher.fetch(server.url("/")):
            pass

    assert outcomes.told == ["file_too_large"]


async def test_a_body_that_was_compressed_is_not_unpacked(
    server: TlsServer, fetcher: HttpsFetcher
) -> None:
    bomb = gzip.compress(b"0" * 100_000)
    server.answers["/"] = answered(bomb, "content-encoding: gzip")

    with pytest.raises(FetchFailed, match="compressed"):
        async with fetcher.fetch(server.url("/")):
            pass


@pytest.mark.parametrize("sends_head", [True, False])
async def test_a_server_that_drips_is_left_when_the_time_is_up(
    server: TlsServer, make_fetcher: MakeFetcher, *, sends_head: bool
) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n")
        writer.write(b"\r\n" if sends_head else b"x: ")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    server.answers["/"] = drip

    with pytest.raises(SourceUnavailable, match=r"within 0\.2 s"):
        async with make_fetcher(timeout_s=0.2).fetch(server.url("/")):
            pass


async def test_a_name_that_is_not_looked_up_in_time_is_given_up(
    server: TlsServer, make_fetcher: MakeFetcher
) -> None:
    async def never(_host: str, _port: int) -> tuple[str, ...]:
        await asyncio.sleep(60)
        return ()

    with pytest.raises(SourceUnavailable):
        async with make_fetcher(timeout_s=0.05, resolver=never).fetch(server.url("/")):
            pass


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (answered(b"", status="404 Not Found"), FetchFailed, "answered 404"),
        (answered(b"", status="206 Partial"), FetchFailed, "answered 206"),
        (answered(b"", status="302 Found"), FetchFailed, "answered 302"),
        (answered(b"", status="500 Oops"), SourceUnavailable, "answered 500"),
        (answered(b"", "retry-after: 7", status="429 Slow"), SourceUnavailable, "answered 429"),
        (answered(b"half", "content-length: 8"), SourceUnavailable, "to its end"),
        (b"nonsense\r\n\r\n", SourceUnavailable, "to its end"),
        (b"", SourceUnavailable, "to its end"),
    ],
)
async def test_an_answer_without_the_file_says_what_it_was(
    answer: bytes,
    error: type[ServiceError],
    told: str,
    *,
    server: TlsServer,
    fetcher: HttpsFetcher,
) -> None:
    server.answers["/"] = answer

    with pytest.raises(error, match=told):
        async with fetcher.fetch(server.url("/")):
            pass


async def test_what_the_host_says_of_its_return_is_told_on(
    server: TlsServer, fetcher: HttpsFetcher
) -> None:
    server.answers["/"] = answered(b"", "retry-after: 7", status="503 Slow")

    with pytest.raises(SourceUnavailable) as away:
        async with fetcher.fetch(server.url("/")):
            pass

    assert away.value.retry_after_s == 7


async def test_without_allowed_hosts_nothing_is_fetched_and_the_setting_is_named(
    server: TlsServer, make_fetcher: MakeFetcher, names: Names
) -> None:
    with pytest.raises(NotSupported, match="ALLOWED_URL_HOSTS"):
        async with make_fetcher(allowed=AllowedHosts()).fetch(server.url("/")):
            pass

    assert names.asked == []


async def test_more_than_eight_at_once_are_refused(
    server: TlsServer, make_fetcher: MakeFetcher, outcomes: Outcomes
) -> None:
    begun = asyncio.Semaphore(0)

    async def waiting(_host: str, _port: int) -> tuple[str, ...]:
        begun.release()
        await asyncio.sleep(60)
        return ()

    fetcher = make_fetcher(resolver=waiting)
    url = server.url("/")
    tasks = [asyncio.create_task(fetcher.fetch(url).__aenter__()) for _ in range(8)]
    for _ in tasks:
        await begun.acquire()

    with pytest.raises(Overloaded, match="8 files"):
        await fetcher.fetch(url).__aenter__()

    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes.told == ["overloaded"]
