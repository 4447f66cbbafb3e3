"""What a store still does when its disk is nearly full."""

from __future__ import annotations

import pytest
import pytest_asyncio

from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.errors import InsufficientStorage
from tests.contract.conftest import Author

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def stale_set(author: Author) -> Manifest:
    return await author.publish(sequence=9)


@pytest_asyncio.fixture(loop_scope="session")
async def standing(author: Author) -> Manifest:
    return await author.publish(sequence=10)


@pytest.mark.usefixtures("full_disk")
async def test_a_full_disk_refuses_new_chunks_and_documents(author: Author) -> None:
    with pytest.raises(InsufficientStorage, match="nothing that readers see has changed"):
        await author.write(author.manifest())
    with pytest.raises(InsufficientStorage):
        await author.store.flip(author.tenant, author.manifest())


@pytest.mark.usefixtures("stale_set", "standing", "full_disk")
async def test_a_full_disk_still_reads_and_sweeps(author: Author, standing: Manifest) -> None:
    assert len(await author.candidates()) == 2
    assert await author.store.sweep(author.tenant, standing) == 1
    assert len(await author.candidates()) == 1


@pytest.mark.parametrize("stores", ["edge"], indirect=True)
@pytest.mark.usefixtures("standing", "full_disk")
async def test_the_embedded_engine_takes_a_tombstone_on_a_full_disk(author: Author) -> None:
    tombstone = await author.store.flip(author.tenant, author.tombstone())
    assert await author.store.sweep(author.tenant, tombstone) == 1


@pytest.mark.parametrize("stores", ["server"], indirect=True)
@pytest.mark.usefixtures("standing", "full_disk")
async def test_a_full_server_refuses_even_a_tombstone_and_the_document_stays_whole(
    author: Author, standing: Manifest
) -> None:
    with pytest.raises(InsufficientStorage):
        await author.store.flip(author.tenant, author.tombstone())
    assert await author.store.manifest(author.tenant, "doc") == standing
    assert len(await author.store.chunks(author.tenant, standing)) == 1
