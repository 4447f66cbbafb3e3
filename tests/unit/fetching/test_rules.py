"""What may be asked, and where it may be: without a connection."""

from __future__ import annotations

import socket

import httpx
import pytest

from netgpt_docs_service.domain.allowed_hosts import parse_allowed_hosts
from netgpt_docs_service.errors import (
    ConfigurationError,
    FetchFailed,
    ServiceError,
    SourceUnavailable,
    UrlRefused,
)
from netgpt_docs_service.fetching.addresses import is_public, resolve
from netgpt_docs_service.fetching.labels import declared_type, file_name
from netgpt_docs_service.fetching.targets import target_of
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import load_settings
from netgpt_docs_service.wiring.fetching import make_fetcher

ALLOWED = parse_allowed_hosts("example.org, *.example.net, odd.example.org:8443")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_addresses_of_the_public_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),  # noqa: S104
        *("192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "224.0.0.1"),
        *("239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1"),
        *("64:ff9b::169.254.169.254", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1"),
        *("2001:0:5db8:d822::1", "2002:7f00:1::", "2002:5db8:d822::1", "3fff::1", "fc00::1"),
        *("fd00:ec2::254", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1", "4000::1"),
    ],
)
def test_addresses_that_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.org/a", "https://example.org:443/a", "HTTPS://EXAMPLE.ORG/a"),
        *("https://a.b.example.net/", "https://odd.example.org:8443/"),
    ],
)
def test_urls_of_allowed_hosts(url: str) -> None:
    assert target_of(url, ALLOWED).url.scheme == "https"


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org", "//example.org/", "http://example.org/", "ftp://example.org/"),
        *("https://", "https:///a", "https:example.org", "https://[::1", "https://example.org:x/"),
        *("https://example.org:8443/", "https://odd.example.org/", "https://example.org:0/"),
        *("https://example.net/", "https://evilexample.net/", "https://example.org./"),
        *("https://me:secret@example.org/", "https://me@example.org/"),
        *("https://example.org@evil.test/", "https://evil.test#@example.org/"),
        *("https://evil.test\\@example.org/", "https://example.org\\.evil.test/"),
        *("https://example.org%2eevil.test/", "https://example.org\t/", "https://exam ple.org/"),
        *("https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://[::1]/"),
        *(
            "https://localhost/",
            "https://example.org/\r\nx: y",
            "https://example.org/" + "a" * 2048,
        ),
        "https://exa\udcffmple.org/",
    ],
)
def test_every_other_url_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        target_of(url, ALLOWED)


def test_a_refusal_does_not_repeat_a_password() -> None:
    with pytest.raises(UrlRefused, match="credentials") as refused:
        target_of("https://me:hunter2@example.org/", ALLOWED)

    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize(
    "entry",
    [
        *("https://example.org", "example.org/a", "*", "*.", "a.*.org", "10.0.0.1", "[::1]", "::1"),
        *("example.org:", "example.org:0", "example.org:65536", "example.org:x", ",", "bücher.de"),
        *("me@example.org", "exam ple.org", "-a.org"),
    ],
)
def test_an_entry_that_is_no_host_is_named(entry: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_allowed_hosts(f"example.org,{entry}")


def test_the_setting_is_named_with_what_is_wrong_in_it() -> None:
    with pytest.raises(ConfigurationError, match=r"ALLOWED_URL_HOSTS: '10\.0\.0\.1'"):
        load_settings(_env_file=None, allowed_url_hosts="10.0.0.1")


def test_by_default_no_host_is_allowed_and_no_private_address() -> None:
    fetcher = make_fetcher(load_settings(_env_file=None), file_bytes=1, metrics=Metrics())

    assert not fetcher.allowed.entries
    assert not fetcher.is_allowed_address("127.0.0.1")


def test_fetches_are_counted_by_how_they_ended() -> None:
    metrics = Metrics()

    metrics.url_fetched("url_refused")

    assert b'netgpt_url_fetches_total{outcome="url_refused"} 1.0' in metrics.text()


@pytest.mark.parametrize(
    ("code", "error"),
    [(socket.EAI_NONAME, FetchFailed), (socket.EAI_AGAIN, SourceUnavailable)],
)
async def test_whether_a_name_that_is_not_found_is_worth_asking_again(
    code: int, error: type[ServiceError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(code, "no")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(error, match=r"example\.org"):
        await resolve("example.org", 443)


async def test_a_name_that_no_question_can_carry_is_a_failure() -> None:
    with pytest.raises(FetchFailed, match="cannot be the name"):
        await resolve("a" * 64 + ".example.org", 443)


@pytest.mark.parametrize(
    ("disposition", "path", "name"),
    [
        ('attachment; filename="a report.pdf"', "/x", "a report.pdf"),
        ("attachment; filename*=UTF-8''%E2%82%AC.pdf", "/x", "€.pdf"),
        ('attachment; filename="../../etc/passwd"', "/x", "passwd"),
        ('attachment; filename="..\\\\evil.docx"', "/x", "evil.docx"),
        ("attachment; filename*=no-such-charset''%FF.pdf", "/x", "ÿ.pdf"),
        ("attachment; filename*=UTF-8''a%00%0Ab.pdf", "/x", "ab.pdf"),
        ("inline", "/a/b%20c.html", "b c.html"),
        ("", "/a/b/", "b"),
        ("", "/", "example.org"),
        ("attachment; filename=..", "/", "example.org"),
        ("", "/" + "a" * 300 + ".pdf", "a" * 251 + ".pdf"),
    ],
)
def test_a_name_is_a_label_and_no_path(disposition: str, path: str, name: str) -> None:
    answer = httpx.Response(200, headers={"content-disposition": disposition})

    assert file_name(answer, httpx.URL(f"https://example.org{path}")) == name


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("text/html; charset=utf-8", "text/html; charset=utf-8"),
        ("", None),
        ("nonsense", None),
        ("a/" + "b" * 500, None),
    ],
)
def test_a_declared_type_is_told_on_when_it_is_one(said: str, told: str | None) -> None:
    assert declared_type(httpx.Response(200, headers={"content-type": said})) == told
