"""What the environment of a process may change about the way to the server, and what not."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.store.server_client import ServerAccess, connected


async def test_variables_for_proxies_do_not_move_the_stores_traffic(
    monkeypatch: pytest.MonkeyPatch, access: ServerAccess
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.test:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    async with connected(access) as client:
        inner = client.http.client._async_client  # noqa: SLF001  which way it would take
        way = inner._transport_for_url(httpx.URL(access.url))  # noqa: SLF001  as above

    assert way is inner._transport  # noqa: SLF001  as above


async def test_a_private_authority_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, access: ServerAccess
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/authority.pem")

    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        async with connected(replace(access, url="https://qdrant.test:443")):
            pass
