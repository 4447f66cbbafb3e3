"""Pairs belong to their document's set as chunks do, and are no chunks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.dialogue import Speech
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.layout import Heading, Layout
from netgpt_docs_service.store.interface import StoreMaintenance
from tests.contract.conftest import Author, Stores

pytestmark = pytest.mark.asyncio(loop_scope="session")

LAYOUT = Layout(page_starts=(0, 0, 7), headings=(Heading(0, 4, 1, "Title"),), turn_starts=(0,))
SPEECH = Speech(speakers=("Anna", "Ben"), time_start_s=0.0, time_end_s=2.5)


@pytest.fixture
def maintenance(stores: Stores) -> StoreMaintenance:
    return stores.maintenance


async def published(author: Author, *, sequence: int = 10) -> tuple[Manifest, list[Chunk]]:
    """Publish a document of one chunk and two pairs; return its manifest and the pairs."""
    manifest = replace(author.manifest(sequence=sequence), pair_count=2)
    chunk, *pairs = author.chunks(manifest, ["chunk", "first walrus", "second walrus"])
    chunk = replace(chunk, layout=LAYOUT, speech=SPEECH)
    pairs = [
        replace(each, kind=ChunkKind.PAIR, index=index, in_chunk=0, speech=SPEECH)
        for index, each in enumerate(pairs)
    ]
    vectors = [author.vector() for _ in range(3)]
    await author.store.write_chunks(author.tenant, manifest, [chunk, *pairs], vectors=vectors)
    return await author.store.flip(author.tenant, manifest), pairs


async def test_pairs_come_back_as_written_and_chunks_with_their_layout(author: Author) -> None:
    manifest, pairs = await published(author)
    (chunk,) = await author.store.chunks(author.tenant, manifest)

    assert manifest.pair_count == 2
    assert await author.store.pairs(author.tenant, manifest) == pairs
    assert (chunk.layout, chunk.speech, chunk.kind) == (LAYOUT, SPEECH, ChunkKind.CHUNK)


async def test_chunks_and_pairs_are_counted_apart(author: Author) -> None:
    await published(author)

    assert await author.store.count_chunks(author.tenant, "doc", "10-1") == 1
    assert await author.store.count_pairs(author.tenant, "doc", "10-1") == 2


async def test_pairs_are_found_with_their_manifest(author: Author) -> None:
    await published(author)
    found = await author.resolved(await author.candidates("walrus"))

    kinds = sorted((each.chunk.kind.value, each.chunk.index) for each in found)
    assert kinds == [("chunk", 0), ("pair", 0), ("pair", 1)]
    assert all(each.manifest for each in found)


async def test_a_tenant_never_sees_anothers_pairs(author: Author, other: Author) -> None:
    manifest, _ = await published(author)
    ids = [each.chunk_id for each in await author.candidates("walrus")]

    assert await other.candidates("walrus") == []
    assert await other.store.resolve(other.tenant, ids) == []
    assert await other.store.pairs(other.tenant, manifest) == []
    assert await other.store.count_pairs(other.tenant, "doc", "10-1") == 0


async def test_the_vectors_of_pairs_are_there_to_be_reused(author: Author) -> None:
    await published(author)
    stored = await author.store.stored_vectors(author.tenant, "doc")

    assert {each.chunk_hash for each in stored} == {
        "hash of chunk",
        "hash of first walrus",
        "hash of second walrus",
    }


async def test_a_sweep_takes_stale_pairs_with_the_chunks(author: Author) -> None:
    await published(author)
    newer, _ = await published(author, sequence=20)

    assert await author.store.sweep(author.tenant, newer) == 3
    assert await author.store.count_pairs(author.tenant, "doc", "10-1") == 0
    assert await author.store.count_pairs(author.tenant, "doc", "20-1") == 2


async def test_a_set_of_pairs_alone_is_walked_and_swept(
    author: Author, maintenance: StoreMaintenance
) -> None:
    manifest = author.manifest(sequence=10)
    (pair,) = author.chunks(manifest, ["left"])
    pair = replace(pair, kind=ChunkKind.PAIR, in_chunk=0)
    await author.store.write_chunks(author.tenant, manifest, [pair], vectors=[author.vector()])

    sets = [each async for each in maintenance.generation_sets() if each.tenant == author.tenant]
    pages = [page async for page in maintenance.chunk_pages(tenant=author.tenant)]
    gone = await author.store.flip(author.tenant, author.tombstone(sequence=20))

    assert [(each.generation, each.chunk_count) for each in sets] == [("10-1", 1)]
    assert [(each.kind, each.problem) for page in pages for each in page] == [("pair", None)]
    assert await author.store.sweep(author.tenant, gone) == 1
