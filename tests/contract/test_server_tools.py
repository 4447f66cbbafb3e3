"""What a command makes of the store on a server: a look changes nothing, an import waits for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.settings import Settings, load_settings
from netgpt_docs_service.store.store_observer import SilentObserver
from netgpt_docs_service.wiring.servers import opened
from netgpt_docs_service.wiring.store_use import StoreUse
from netgpt_docs_service.wiring.stores import stored_description
from tests.contract.conftest import DIMENSION
from tests.support.qdrant_address import QdrantAddress, new_collection_name
from tests.support.server_collection import delete_collection

pytestmark = pytest.mark.asyncio(loop_scope="session")

MODEL = {"model": "test"}


@pytest_asyncio.fixture(loop_scope="session")
async def settings(qdrant: QdrantAddress) -> AsyncIterator[Settings]:
    name = new_collection_name()
    yield load_settings(
        _env_file=None,
        qdrant_url=qdrant.url,
        qdrant_api_key=qdrant.api_key or None,
        qdrant_allow_unauthenticated=not qdrant.api_key,
        collection_name=name,
    )
    await delete_collection(qdrant, name)


async def test_a_look_at_what_is_not_there_makes_nothing(
    settings: Settings, qdrant: QdrantAddress
) -> None:
    looking = opened(settings, DIMENSION, MODEL, observer=SilentObserver(), use=StoreUse.EXAMINE)
    with pytest.raises(ConfigurationError, match="nothing was ever stored"):
        async with looking:
            pass
    client = qdrant.client()
    assert not await client.collection_exists(f"{settings.collection_name}-1")
    await client.close()


async def test_an_import_gets_a_store_that_is_made(settings: Settings) -> None:
    importing = opened(settings, DIMENSION, MODEL, observer=SilentObserver(), use=StoreUse.IMPORT)
    async with importing as engine:
        assert engine.is_open


async def test_a_collection_of_others_is_no_store(
    settings: Settings, qdrant: QdrantAddress
) -> None:
    client = qdrant.client()
    await client.create_collection(settings.collection_name, vectors_config={})
    with pytest.raises(ConfigurationError, match="this service did not make it"):
        await stored_description(settings, None)
    await client.delete_collection(settings.collection_name)
    await client.close()
