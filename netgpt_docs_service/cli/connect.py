"""Find the service to talk to: the one named, the one that runs on our data, or none: open it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from netgpt_docs_service.cli.client import ApiClient, local_client, remote_client
from netgpt_docs_service.cli.dev_key import read_dev_key
from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.settings import Settings


@asynccontextmanager
async def connect(settings: Settings, url: str | None, key: str | None) -> AsyncIterator[ApiClient]:
    """Open a client to `url`, else to the service that owns DATA_DIR, else to the store itself.

    With QDRANT_URL nobody owns the store: without `url` it is opened here, beside whoever uses it.
    The key is `--key`, API_KEY, or the one that `serve --dev` left in the data directory.
    """
    from netgpt_docs_service.wiring.stores import owner_address  # noqa: PLC0415  imports numpy

    address = url or (None if settings.qdrant_url else owner_address(settings.data_dir))
    if address is None:
        async with local_client(settings) as client:
            yield client
        return
    secret = key or settings.single_key() or (None if url else read_dev_key(settings.data_dir))
    if secret is None:
        message = f"a key is needed to talk to {address}: give --key, or set NETGPT_KEY or API_KEY"
        raise ConfigurationError(message)
    async with remote_client(address, secret) as client:
        yield client
