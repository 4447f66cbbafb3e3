"""What is seen and done over all tenants."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

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


async def test_totals_count_every_point(author: Author, stores: Stores) -> None:
    before = await stores.maintenance.totals()
    await author.publish(texts=["a", "b"])
    after = await stores.maintenance.totals()
    grown = (after.points - before.points, after.documents - before.documents)
    assert (*grown, after.chunks - before.chunks) == (3, 1, 2)
