"""What becomes of chunks that were written: read back, replaced, swept."""

from __future__ import annotations

import numpy as np
import pytest

from tests.contract.conftest import Author

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_chunks_come_back_by_index_as_they_were_written(author: Author) -> None:
    manifest = await author.publish(texts=[f"text {index}" for index in range(300)])
    chunks = await author.store.chunks(author.tenant, manifest)
    assert chunks == author.chunks(manifest, [f"text {index}" for index in range(300)])


async def test_a_window_of_chunks_can_be_read(author: Author) -> None:
    manifest = await author.publish(texts=["a", "b", "c", "d"])
    window = await author.store.chunks(author.tenant, manifest, first=1, limit=2)
    assert [chunk.text for chunk in window] == ["b", "c"]


async def test_writing_a_chunk_again_replaces_it(author: Author) -> None:
    manifest = await author.publish(texts=["a", "b"])
    await author.write(manifest, ["a", "b"])
    assert await author.store.count_chunks(author.tenant, "doc", "10-1") == 2


async def test_sweep_deletes_what_is_stale_and_only_that(author: Author) -> None:
    await author.publish(sequence=10, texts=["old"] * 150)
    manifest = await author.publish(sequence=11, texts=["new"])
    await author.write(author.manifest(sequence=12), ["still being written"])
    await author.publish("another", sequence=9)
    assert await author.store.sweep(author.tenant, manifest) == 150
    counts = [
        await author.store.count_chunks(author.tenant, "doc", generation)
        for generation in ("10-1", "11-1", "12-1")
    ]
    assert counts == [0, 1, 1]
    assert await author.store.count_chunks(author.tenant, "another", "9-1") == 1


async def test_sweep_after_a_tombstone_leaves_no_chunk(author: Author) -> None:
    await author.publish(sequence=10, texts=["a", "b"])
    tombstone = await author.store.flip(author.tenant, author.tombstone(sequence=11))
    assert await author.store.sweep(author.tenant, tombstone) == 2
    assert await author.store.sweep(author.tenant, tombstone) == 0


async def test_stored_vectors_are_those_of_every_set(author: Author) -> None:
    old = await author.write(author.manifest(sequence=10), ["a"])
    new = await author.write(author.manifest(sequence=11), ["b"])
    stored = {
        (found.generation, found.chunk_hash): list(found.vector)
        for found in await author.store.stored_vectors(author.tenant, "doc")
    }
    assert stored.keys() == {("10-1", "hash of a"), ("11-1", "hash of b")}
    np.testing.assert_allclose(stored["10-1", "hash of a"], old[0], atol=1e-6)
    np.testing.assert_allclose(stored["11-1", "hash of b"], new[0], atol=1e-6)
