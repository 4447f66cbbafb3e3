"""What every document store promises, whatever engine keeps its points."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from netgpt_docs_service.domain.chunks import chunk_id
from netgpt_docs_service.domain.documents import DocumentFields
from netgpt_docs_service.domain.filters import Comparison
from netgpt_docs_service.domain.search import CandidateQuery, SearchMode
from netgpt_docs_service.errors import (
    InsufficientStorage,
    InvalidInput,
    NotFound,
)
from netgpt_docs_service.store.interface import ManifestQuery
from tests.contract.conftest import NOW, Author, Stores

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_document_that_was_never_written_has_no_manifest(author: Author) -> None:
    assert await author.store.manifest(author.tenant, "doc") is None


async def test_the_first_flip_inserts(author: Author) -> None:
    manifest = author.manifest(fields=DocumentFields(metadata={"years": (2024, 2025)}))
    assert await author.store.flip(author.tenant, manifest) == manifest
    assert await author.store.manifest(author.tenant, "doc") == manifest


async def test_a_higher_sequence_replaces(author: Author) -> None:
    await author.publish(sequence=10)
    newer = author.manifest(sequence=11)
    assert await author.store.flip(author.tenant, newer) == newer


@pytest.mark.parametrize("sequence", [9, 10])
async def test_a_sequence_that_is_not_higher_loses(author: Author, sequence: int) -> None:
    first = await author.publish(sequence=10)
    late = replace(author.manifest(sequence=sequence), generation=f"{sequence}-2")
    assert await author.store.flip(author.tenant, late) == first


async def test_sequences_of_microseconds_are_told_apart(author: Author) -> None:
    high = 2**53 - 2
    await author.publish(sequence=high)
    newer = author.manifest(sequence=high + 1)
    assert await author.store.flip(author.tenant, newer) == newer


async def test_a_copy_wins_while_its_original_is_current(author: Author) -> None:
    original = await author.publish(sequence=10)
    copy = author.manifest(sequence=11)
    standing = await author.store.flip(author.tenant, copy, copied_generation=original.generation)
    assert standing == copy


async def test_a_copy_of_a_generation_that_moved_loses(author: Author) -> None:
    await author.publish(sequence=10)
    newer = await author.publish(sequence=11)
    copy = author.manifest(sequence=12)
    assert await author.store.flip(author.tenant, copy, copied_generation="10-1") == newer


async def test_a_copy_of_nothing_inserts_nothing(author: Author) -> None:
    with pytest.raises(NotFound, match="'doc' is gone"):
        await author.store.flip(author.tenant, author.manifest(), copied_generation="9-1")
    assert await author.store.manifest(author.tenant, "doc") is None


async def test_a_tombstone_replaces_and_a_newer_write_replaces_it(author: Author) -> None:
    await author.publish(sequence=10)
    tombstone = author.tombstone(sequence=11)
    assert await author.store.flip(author.tenant, tombstone) == tombstone
    back = author.manifest(sequence=12)
    assert await author.store.flip(author.tenant, back) == back


async def test_a_fence_raises_the_sequence_and_nothing_else(author: Author) -> None:
    manifest = await author.publish(sequence=10)
    fenced = await author.store.fence(author.tenant, manifest, 15)
    assert fenced == replace(manifest, sequence=15)
    assert await author.store.flip(author.tenant, author.manifest(sequence=14)) == fenced


async def test_a_fence_never_lowers_the_sequence(author: Author) -> None:
    manifest = await author.publish(sequence=10)
    assert await author.store.fence(author.tenant, manifest, 9) == manifest


async def test_a_fence_of_a_generation_that_moved_changes_nothing(author: Author) -> None:
    old = await author.publish(sequence=10)
    newer = await author.publish(sequence=11)
    assert await author.store.fence(author.tenant, old, 15) == newer


async def test_a_tombstone_can_be_fenced(author: Author) -> None:
    tombstone = await author.store.flip(author.tenant, author.tombstone(sequence=10))
    fenced = await author.store.fence(author.tenant, tombstone, 15)
    assert fenced == replace(tombstone, sequence=15)


async def test_a_fence_of_an_unknown_document_inserts_nothing(author: Author) -> None:
    assert await author.store.fence(author.tenant, author.manifest(), 15) is None


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


@pytest.mark.parametrize("mode", list(SearchMode))
async def test_every_candidate_carries_its_exact_cosine(author: Author, mode: SearchMode) -> None:
    manifest = author.manifest()
    texts = [f"word{index % 7} filler" for index in range(200)]
    vectors = await author.write(manifest, texts)
    asked = author.vector()
    cosines = {
        chunk_id(author.tenant, "doc", "10-1", index): float(np.dot(vector, asked))
        for index, vector in enumerate(vectors)
    }
    candidates = await author.candidates("word3", vector=asked, mode=mode, limit=20)
    assert candidates
    for candidate in candidates:
        assert candidate.dense_score == pytest.approx(cosines[candidate.chunk_id], abs=1e-5)


async def test_the_nearest_chunks_are_candidates(author: Author) -> None:
    vectors = await author.write(author.manifest(), ["text"] * 200)
    asked = author.vector()
    order = np.argsort([-float(np.dot(vector, asked)) for vector in vectors])[:10]
    candidates = await author.candidates(vector=asked, mode=SearchMode.DENSE, limit=10)
    best = {chunk_id(author.tenant, "doc", "10-1", int(index)) for index in order}
    assert {candidate.chunk_id for candidate in candidates} == best


async def test_a_word_that_matches_gives_a_score_and_another_gives_zero(author: Author) -> None:
    await author.publish(texts=["apple tree", "pear tree"])
    resolved = {
        hit.chunk.text: candidate.sparse_score
        for candidate in await author.candidates("apples")
        for hit in await author.resolved([candidate])
    }
    assert resolved["pear tree"] == 0
    assert (resolved["apple tree"] or 0) > 0


async def test_dense_candidates_carry_no_word_score(author: Author) -> None:
    await author.publish()
    scores = [c.sparse_score for c in await author.candidates(mode=SearchMode.DENSE)]
    assert scores == [None]


async def test_a_question_without_words_still_finds_by_vector(author: Author) -> None:
    await author.publish()
    assert [c.sparse_score for c in await author.candidates("the")] == [0]
    assert await author.candidates("the", mode=SearchMode.SPARSE) == []


async def test_words_are_as_rare_as_the_tenant_uses_them(author: Author, other: Author) -> None:
    await author.publish(texts=["apple", "pear", "plum", "quince"])
    before = await author.candidates("apple", mode=SearchMode.SPARSE)
    await other.publish(texts=["apple"] * 50)
    assert await author.candidates("apple", mode=SearchMode.SPARSE, vector=None)
    after = await author.candidates("apple", mode=SearchMode.SPARSE)
    assert [c.sparse_score for c in after] == [c.sparse_score for c in before]


async def test_a_chunk_without_a_vector_is_stored_and_never_found(author: Author) -> None:
    manifest = author.manifest()
    chunks = author.chunks(manifest, ["   text   "])
    await author.store.write_chunks(author.tenant, manifest, chunks, vectors=[None])
    await author.store.flip(author.tenant, manifest)
    assert await author.candidates("text") == []
    assert await author.store.chunks(author.tenant, manifest) == chunks
    assert await author.store.stored_vectors(author.tenant, "doc") == []


async def test_candidates_obey_the_filter(author: Author) -> None:
    await author.publish("one", fields=DocumentFields(tags=("a", "b")))
    await author.publish("two", fields=DocumentFields(tags=("c",)))
    candidates = await author.store.candidates(
        author.tenant,
        CandidateQuery(
            text="text",
            vector=author.vector(),
            mode=SearchMode.HYBRID,
            limit=10,
            now=NOW,
            filter=Comparison("eq", "tags", "b"),
        ),
    )
    assert [hit.chunk.doc_id for hit in await author.resolved(candidates)] == ["one"]


async def test_an_expired_document_is_neither_found_nor_listed(author: Author) -> None:
    fields = DocumentFields(expires_at=NOW + timedelta(microseconds=1))
    await author.publish(fields=fields)
    assert len(await author.candidates(now=NOW)) == 1
    later = NOW + timedelta(microseconds=1)
    assert await author.candidates(now=later) == []
    page = await author.store.manifests(author.tenant, ManifestQuery(now=later, limit=10))
    assert (page.entries, page.total_count) == ([], 0)


async def test_resolve_keeps_the_order_and_drops_what_is_gone(author: Author) -> None:
    manifest = await author.publish(texts=["a", "b"])
    ids = [chunk_id(author.tenant, "doc", "10-1", index) for index in (1, 7, 0)]
    resolved = await author.store.resolve(author.tenant, ids)
    assert [(hit.chunk.text, hit.manifest) for hit in resolved] == [
        ("b", manifest),
        ("a", manifest),
    ]


async def test_resolve_says_when_a_document_has_no_manifest_yet(author: Author) -> None:
    await author.write(author.manifest())
    assert [hit.manifest for hit in await author.resolved(await author.candidates())] == [None]


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


async def test_a_walk_shows_each_lasting_document_once(author: Author) -> None:
    for number in range(12):
        await author.store.flip(author.tenant, author.manifest(f"lasting-{number}"))
        await author.store.flip(author.tenant, author.manifest(f"passing-{number}"))
    seen: list[str] = []
    query: ManifestQuery | None = ManifestQuery(now=NOW, limit=5)
    step = 0
    while query is not None:
        page = await author.store.manifests(author.tenant, query)
        seen += [entry.doc_id for entry in page.entries]
        await author.store.flip(author.tenant, author.tombstone(f"passing-{step}"))
        await author.store.flip(author.tenant, author.manifest(f"coming-{step}"))
        step += 1
        query = replace(query, cursor=page.next_cursor) if page.next_cursor else None
    assert len(seen) == len(set(seen))
    assert {f"lasting-{number}" for number in range(12)} <= set(seen)


async def test_every_page_counts_all_that_match(author: Author) -> None:
    for number in range(5):
        fields = DocumentFields(doc_type="note" if number else "text")
        await author.store.flip(author.tenant, author.manifest(f"doc-{number}", fields=fields))
    notes = ManifestQuery(now=NOW, limit=3, filter=Comparison("eq", "doc_type", "note"))
    first = await author.store.manifests(author.tenant, notes)
    second = await author.store.manifests(author.tenant, replace(notes, cursor=first.next_cursor))
    assert (first.total_count, len(first.entries)) == (4, 3)
    assert (second.total_count, len(second.entries), second.next_cursor) == (4, 1, None)


@pytest.mark.parametrize("cursor", ["", "x", "not a cursor", "AAAA" * 8, "é"])
async def test_a_cursor_it_did_not_make_is_refused(author: Author, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        await author.store.manifests(author.tenant, ManifestQuery(now=NOW, limit=3, cursor=cursor))


async def test_a_cursor_of_another_tenant_is_refused(author: Author, other: Author) -> None:
    await author.publish("one")
    await author.publish("two")
    page = await author.store.manifests(author.tenant, ManifestQuery(now=NOW, limit=1))
    with pytest.raises(InvalidInput, match="cursor"):
        await other.store.manifests(
            other.tenant, ManifestQuery(now=NOW, limit=1, cursor=page.next_cursor)
        )


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


async def test_values_the_engine_cannot_hold_are_the_callers_fault(author: Author) -> None:
    manifest = author.manifest(fields=DocumentFields(metadata={"x": float("nan")}))
    with pytest.raises(InvalidInput, match="cannot hold"):
        await author.store.flip(author.tenant, manifest)
