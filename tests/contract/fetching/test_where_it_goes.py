"""To which addresses a URL leads, by its name and by redirects, and to which it does not."""

from __future__ import annotations

import ssl

import pytest

from netgpt_docs_service.errors import (
    FetchFailed,
    UrlRefused,
)
from netgpt_docs_service.fetching.addresses import is_public
from netgpt_docs_service.fetching.https_fetcher import HttpsFetcher
from tests.support.fetching import MakeFetcher, Names, Outcomes
from tests.support.tls_server import HOST, OTHER, TlsServer, answered, redirected


async def test_a_name_is_looked_up_once_and_the_connection_goes_where_it_was_judged(
    server: TlsServer, make_fetcher: MakeFetcher, names: Names
) -> None:
    server.answers["/"] = answered(b"content")
    names.answers = [("127.0.0.1",), ("127.0.0.2",)]  # what a name that is bound anew says next

    async with make_fetcher().fetch(server.url("/")):
        pass

    assert names.asked == [HOST]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 T", "308 P"])
async def test_a_redirect_is_followed(
    status: str, server: TlsServer, fetcher: HttpsFetcher
) -> None:
    server.answers = {"/a/b": redirected("../c", status), "/c": answered(b"there")}

    async with fetcher.fetch(server.url("/a/b")) as file:
        assert file.content.read() == b"there"


@pytest.mark.parametrize(
    ("location", "rule"),
    [
        ("http://files.example.org/", "only https://"),
        ("https://169.254.169.254/latest/meta-data", "ALLOWED_URL_HOSTS"),
        ("https://files.example.org/", "port 443"),
        ("//elsewhere.example.org/", "ALLOWED_URL_HOSTS"),
        ("https://me:secret@files.example.org/", "credentials"),
        ("file:///etc/passwd", "only https://"),
    ],
)
async def test_a_redirect_is_held_to_the_rules_of_a_url(
    location: str, rule: str, server: TlsServer, fetcher: HttpsFetcher
) -> None:
    server.answers["/"] = redirected(location)

    with pytest.raises(UrlRefused, match=rule):
        async with fetcher.fetch(server.url("/")):
            pass


async def test_a_redirect_to_a_name_with_a_private_address_is_refused(
    server: TlsServer, make_fetcher: MakeFetcher, names: Names, outcomes: Outcomes
) -> None:
    server.answers["/"] = redirected(server.url("/", host=OTHER))
    names.answers = [("127.0.0.1",), ("10.0.0.5",)]

    with pytest.raises(UrlRefused, match=OTHER) as refused:
        async with make_fetcher().fetch(server.url("/")):
            pass

    assert "10.0.0.5" not in refused.value.message
    assert (names.asked, outcomes.told) == ([HOST, OTHER], ["url_refused"])


async def test_one_private_address_among_public_ones_is_enough_to_refuse(
    server: TlsServer, make_fetcher: MakeFetcher, names: Names
) -> None:
    names.answers = [("93.184.216.34", "2606:2800:220:1::1", "10.0.0.5")]

    with pytest.raises(UrlRefused, match="public internet"):
        async with make_fetcher(is_allowed_address=is_public).fetch(server.url("/")):
            pass

    assert server.heads == []


async def test_an_address_that_refuses_is_followed_by_the_next(
    server: TlsServer, make_fetcher: MakeFetcher, names: Names
) -> None:
    server.answers["/"] = answered(b"content")
    names.answers = [("::1", "127.0.0.1")]

    async with make_fetcher(is_allowed_address=bool).fetch(server.url("/")) as file:
        assert file.size_bytes == 7


async def test_redirects_without_an_end_are_a_failure(
    server: TlsServer, fetcher: HttpsFetcher
) -> None:
    server.answers["/"] = redirected("/")

    with pytest.raises(FetchFailed, match="more than 5 redirects"):
        async with fetcher.fetch(server.url("/")):
            pass

    assert len(server.heads) == 6


async def test_a_certificate_for_another_name_is_refused(
    server: TlsServer, fetcher: HttpsFetcher
) -> None:
    server.answers["/"] = answered(b"content")

    with pytest.raises(FetchFailed, match=f"certificate of {OTHER}"):
        async with fetcher.fetch(server.url("/", host=OTHER)):
            pass

    assert server.heads == []


async def test_a_certificate_of_an_unknown_authority_is_refused(
    server: TlsServer, make_fetcher: MakeFetcher
) -> None:
    fetcher = make_fetcher(authorities=ssl.create_default_context())

    with pytest.raises(FetchFailed, match="certificate"):
        async with fetcher.fetch(server.url("/")):
            pass
