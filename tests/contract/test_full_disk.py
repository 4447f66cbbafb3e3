"""What a store still does when its disk is nearly full."""

from __future__ import annotations

import pytest

from netgpt_docs_service.errors import InsufficientStorage
from tests.contract.conftest import Author, Stores

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.usefixtures("full_disk")
async def test_a_full_disk_refuses_new_chunks_and_documents(author: Author) -> None:
    with pytest.raises(InsufficientStorage, match="nothing was written"):
        await author.write(author.manifest())
    with pytest.raises(InsufficientStorage):
        await author.store.flip(author.tenant, author.manifest())


async def test_a_full_disk_still_reads_and_deletes(author: Author, stores: Stores) -> None:
    manifest = await author.publish()
    stores.disk.free_bytes = 0
    try:
        assert len(await author.candidates()) == 1
        tombstone = await author.store.flip(author.tenant, author.tombstone())
        assert await author.store.sweep(author.tenant, tombstone) == 1
    finally:
        stores.disk.free_bytes = 1 << 40
    assert tombstone.sequence > manifest.sequence
