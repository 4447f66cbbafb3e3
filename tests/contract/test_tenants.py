"""What tenants that share a store see and change of one another: nothing."""

from __future__ import annotations

import pytest

from netgpt_docs_service.domain.chunks import chunk_id
from netgpt_docs_service.domain.search import SearchMode
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.store.interface import ManifestQuery
from tests.contract.conftest import NOW, Author

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_words_are_as_rare_as_the_tenant_uses_them(author: Author, other: Author) -> None:
    await author.publish(texts=["apple", "pear", "plum", "quince"])
    before = await author.candidates("apple", mode=SearchMode.SPARSE)
    await other.publish(texts=["apple"] * 50)
    assert await author.candidates("apple", mode=SearchMode.SPARSE, vector=None)
    after = await author.candidates("apple", mode=SearchMode.SPARSE)
    assert [c.sparse_score for c in after] == [c.sparse_score for c in before]


async def test_a_tenant_never_reads_what_is_anothers(author: Author, other: Author) -> None:
    manifest = await author.publish(texts=["text"])
    store, stranger = other.store, other.tenant
    ids = [chunk_id(author.tenant, "doc", "10-1", 0)]
    assert await store.manifest(stranger, "doc") is None
    assert (await store.manifests(stranger, ManifestQuery(now=NOW, limit=10))).total_count == 0
    assert await store.count_chunks(stranger, "doc", "10-1") == 0
    assert await store.stored_vectors(stranger, "doc") == []
    assert await store.chunks(stranger, manifest) == []
    assert await other.candidates() == []
    assert await store.resolve(stranger, ids) == []


async def test_a_tenant_never_changes_what_is_anothers(author: Author, other: Author) -> None:
    manifest = await author.publish(texts=["text"])
    store, stranger = other.store, other.tenant
    assert await store.fence(stranger, manifest, 15) is None
    assert await store.sweep(stranger, author.tombstone()) == 0
    await store.flip(stranger, author.tombstone())
    await other.write(manifest, ["theirs"])
    assert await author.store.manifest(author.tenant, "doc") == manifest
    assert [c.text for c in await author.store.chunks(author.tenant, manifest)] == ["text"]


async def test_a_cursor_of_another_tenant_is_refused(author: Author, other: Author) -> None:
    await author.publish("one")
    await author.publish("two")
    page = await author.store.manifests(author.tenant, ManifestQuery(now=NOW, limit=1))
    with pytest.raises(InvalidInput, match="cursor"):
        await other.store.manifests(
            other.tenant, ManifestQuery(now=NOW, limit=1, cursor=page.next_cursor)
        )
