"""What is seen and done over all tenants."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from netgpt_docs_service.domain.chunks import manifest_id
from netgpt_docs_service.domain.documents import DocumentFields
from tests.contract.conftest import NOW, Author, Stores

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_maintenance_walks_the_sets_of_all_tenants(
    author: Author, other: Author, stores: Stores
) -> None:
    await author.publish(sequence=10, texts=["a", "b"])
    await author.publish(sequence=11)
    await other.publish(sequence=10)
    counts: Counter[tuple[str, str]] = Counter()
    async for found in stores.maintenance.generation_sets():
        counts[found.tenant, found.generation] += found.chunk_count
    assert counts[author.tenant, "10-1"] == 2
    assert counts[author.tenant, "11-1"] == 1
    assert counts[other.tenant, "10-1"] == 1


async def test_a_tombstone_is_forgotten_once(author: Author, stores: Stores) -> None:
    tombstone = await author.store.flip(author.tenant, author.tombstone())
    assert await stores.maintenance.forget(author.tenant, tombstone)
    assert not await stores.maintenance.forget(author.tenant, tombstone)
    assert await author.store.manifest(author.tenant, "doc") is None


async def test_a_tombstone_that_moved_is_kept(author: Author, stores: Stores) -> None:
    tombstone = await author.store.flip(author.tenant, author.tombstone())
    await author.store.fence(author.tenant, tombstone, 30)
    assert not await stores.maintenance.forget(author.tenant, tombstone)


async def test_a_living_document_is_never_forgotten(author: Author, stores: Stores) -> None:
    manifest = await author.publish()
    assert not await stores.maintenance.forget(author.tenant, manifest)


async def test_tombstones_older_than_a_moment_are_listed(author: Author, stores: Stores) -> None:
    tombstone = await author.store.flip(author.tenant, author.tombstone())
    for before, expected in ((NOW, []), (NOW + timedelta(microseconds=1), [tombstone])):
        found = [
            manifest
            async for tenant, manifest in stores.maintenance.tombstones(before)
            if tenant == author.tenant
        ]
        assert found == expected


async def test_the_walk_of_manifests_meets_each_once_and_goes_on_after_any(
    author: Author, stores: Stores
) -> None:
    for number in range(5):
        await author.publish(f"doc-{number}")
    await author.store.flip(author.tenant, author.tombstone("gone"))

    walk = [each async for each in stores.maintenance.manifests(tenant=author.tenant)]
    after = walk[2].point_id
    rest = [each async for each in stores.maintenance.manifests(tenant=author.tenant, after=after)]

    ids = [each.point_id for each in walk]
    assert ids == sorted(ids)
    assert ids == sorted(manifest_id(author.tenant, each.doc_id) for each in walk)
    assert {each.doc_id for each in walk} == {*(f"doc-{number}" for number in range(5)), "gone"}
    assert rest == walk[3:]


async def test_the_walk_of_manifests_meets_every_tenant(
    author: Author, other: Author, stores: Stores
) -> None:
    mine, theirs = await author.publish(), await other.publish()

    found = {each.tenant: each.manifest async for each in stores.maintenance.manifests()}

    assert (found[author.tenant], found[other.tenant]) == (mine, theirs)


async def test_the_walk_of_chunks_names_each_of_any_set(author: Author, stores: Stores) -> None:
    await author.publish(sequence=10, texts=["a", "b"])
    await author.publish(sequence=11)

    pages = [page async for page in stores.maintenance.chunk_pages(tenant=author.tenant)]

    found = {(each.generation, each.index, each.problem) for page in pages for each in page}
    assert found == {("10-1", 0, None), ("10-1", 1, None), ("11-1", 0, None)}


async def test_manifests_are_looked_up_for_many_tenants_at_once(
    author: Author, other: Author, stores: Stores
) -> None:
    mine, theirs = await author.publish(), await other.publish()
    names = [(author.tenant, "doc"), (other.tenant, "doc"), (author.tenant, "never")]

    found = await stores.maintenance.manifests_of(names)

    assert found == {names[0]: mine, names[1]: theirs}
    assert await stores.maintenance.manifests_of([]) == {}


async def test_chunks_without_a_vector_are_walked(author: Author, stores: Stores) -> None:
    manifest = author.manifest()
    chunks = author.chunks(manifest, ["a", "b"])
    vectors = [author.vector(), None]
    await author.store.write_chunks(author.tenant, manifest, chunks, vectors=vectors)

    found = [
        chunk async for tenant, chunk in stores.maintenance.unembedded() if tenant == author.tenant
    ]

    assert found == [chunks[1]]


async def test_documents_are_expired_at_the_instant_and_not_before(
    author: Author, stores: Stores
) -> None:
    fields = DocumentFields(expires_at=NOW)
    manifest = await author.publish("expires", fields=fields)
    await author.publish("stays")
    await author.store.flip(author.tenant, author.tombstone("gone"))
    for at, expected in ((NOW, [manifest]), (NOW - timedelta(microseconds=1), [])):
        found = [
            each async for tenant, each in stores.maintenance.expired(at) if tenant == author.tenant
        ]
        assert found == expected


async def test_totals_count_every_point(author: Author, stores: Stores) -> None:
    before = await stores.maintenance.totals()
    await author.publish(texts=["a", "b"])
    after = await stores.maintenance.totals()
    grown = (after.points - before.points, after.documents - before.documents)
    assert (*grown, after.chunks - before.chunks) == (3, 1, 2)
