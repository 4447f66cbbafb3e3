from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from netgpt_docs_service.domain.allowed_hosts import parse_allowed_hosts
from netgpt_docs_service.fetching.https_fetcher import FetchLimits, HttpsFetcher
from tests.support.fetching import LIMIT_BYTES, MakeFetcher, Names, Outcomes
from tests.support.tls_server import (
    HOST,
    OTHER,
    Certificate,
    TlsServer,
    made_certificate,
    opened_tls_server,
)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate with")
    return made_certificate(tmp_path_factory.mktemp("certificate"))


@pytest_asyncio.fixture
async def server(certificate: Certificate) -> AsyncIterator[TlsServer]:
    async with opened_tls_server(certificate) as server:
        yield server


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
def outcomes() -> Outcomes:
    return Outcomes()


@pytest.fixture
def make_fetcher(
    certificate: Certificate, server: TlsServer, names: Names, outcomes: Outcomes
) -> MakeFetcher:
    """Make a fetcher that may ask the server here; `changes` are what a test is about."""

    def make(*, timeout_s: float = 10.0, **changes: Any) -> HttpsFetcher:  # noqa: ANN401  fields
        hosts = f"{HOST}:{server.port},{OTHER}:{server.port}"
        usual = {
            "allowed": parse_allowed_hosts(hosts),
            "limits": FetchLimits(file_bytes=LIMIT_BYTES, timeout_s=timeout_s),
            "observer": outcomes,
            "authorities": certificate.trusted(),
            "resolver": names,
            "is_allowed_address": lambda address: address == "127.0.0.1",
        }
        return HttpsFetcher(**{**usual, **changes})

    return make


@pytest.fixture
def fetcher(make_fetcher: MakeFetcher) -> HttpsFetcher:
    return make_fetcher()
