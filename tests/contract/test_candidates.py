"""Which chunks a question finds, with which scores, and what they resolve to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from netgpt_docs_service.domain.chunks import chunk_id
from netgpt_docs_service.domain.documents import DocumentFields
from netgpt_docs_service.domain.filters import Comparison
from netgpt_docs_service.domain.search import CandidateQuery, SearchMode
from netgpt_docs_service.store.interface import ManifestQuery
from tests.contract.conftest import NOW, Author

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("mode", list(SearchMode))
async def test_every_candidate_carries_its_exact_cosine(author: Author, mode: SearchMode) -> None:
    manifest = author.manifest()
    texts = [f"word{index % 7} filler" for index in range(200)]
    vectors = await author.write(manifest, texts)
    await author.store.flip(author.tenant, manifest)
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
    await author.store.flip(author.tenant, author.manifest())
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
    found = await author.store.resolve(author.tenant, [chunk_id(author.tenant, "doc", "10-1", 0)])
    assert [hit.manifest for hit in found] == [None]


async def test_what_is_being_written_takes_no_place_among_the_candidates(author: Author) -> None:
    published = await author.publish("old", sequence=9)
    writing = author.manifest("new", sequence=11)
    await author.write(writing, ["text"] * 200)
    during = await author.resolved(await author.candidates(limit=10))
    await author.store.flip(author.tenant, writing)
    after = await author.resolved(await author.candidates(limit=300))
    assert [hit.manifest for hit in during] == [published]
    assert len(after) == 201


async def test_a_late_attempt_of_a_sequence_that_stands_hides_nothing(author: Author) -> None:
    standing = await author.publish()
    await author.write(replace(standing, generation="10-2"))
    found = await author.resolved(await author.candidates())
    assert "10-1" in {hit.chunk.generation for hit in found}


async def test_what_another_tenant_is_writing_hides_nothing(author: Author, other: Author) -> None:
    await author.publish()
    await other.write(other.manifest())
    assert len(await author.candidates()) == 1


@pytest.mark.parametrize("mode", [SearchMode.HYBRID, SearchMode.SPARSE])
async def test_what_is_asked_for_to_the_letter_is_a_candidate_too(
    author: Author, mode: SearchMode
) -> None:
    await author.publish(texts=[*["other words of no use"] * 30, "ERR_CONN_4711"])
    query = author.query("other words of no use", mode=mode, limit=5)
    query = replace(query, names=("ERR_CONN_4711",))
    found = await author.store.candidates(author.tenant, query)
    marked = [candidate for candidate in found if candidate.may_be_exact]
    assert [hit.chunk.text for hit in await author.resolved(marked)] == ["ERR_CONN_4711"]
    assert all(candidate.sparse_score for candidate in marked)


async def test_a_phrase_is_found_though_many_chunks_have_its_words(author: Author) -> None:
    long = " ".join(f"filler{index}" for index in range(100))
    await author.publish(texts=[*["red blue"] * 400, f"{long} The Blue,\nRED {long}"])
    query = author.query("other", mode=SearchMode.SPARSE, limit=5)
    query = replace(query, phrases=("the blue red",))
    found = await author.store.candidates(author.tenant, query)
    marked = await author.resolved([each for each in found if each.may_be_exact])
    assert [hit.chunk.index for hit in marked if hit.chunk.index == 400] == [400]
    assert len(marked) == 65


async def test_a_phrase_is_found_in_a_heading_that_many_chunks_have_the_words_of(
    author: Author,
) -> None:
    manifest = author.manifest()
    chunks = author.chunks(manifest, [*["red blue"] * 100, "filler " * 100])
    chunks[-1] = replace(chunks[-1], heading_path=("Trees", "The blue red"))
    vectors = [author.vector() for _ in chunks]
    await author.store.write_chunks(author.tenant, manifest, chunks, vectors=vectors)
    await author.store.flip(author.tenant, manifest)
    query = replace(author.query("x"), phrases=("blue red",))
    found = await author.store.candidates(author.tenant, query)
    marked = await author.resolved([each for each in found if each.may_be_exact])
    assert 100 in {hit.chunk.index for hit in marked}


async def test_a_phrase_is_sought_within_the_tenant_and_the_filter(
    author: Author, other: Author
) -> None:
    await other.publish(texts=["the blue red"] * 100)
    await author.publish("tagged", texts=["red blue"] * 100, fields=DocumentFields(tags=("a",)))
    await author.publish("bare", texts=["the blue red"])
    tagged = Comparison("eq", "tags", "a")
    query = replace(author.query("red"), phrases=("the blue red",), filter=tagged)
    found = await author.resolved(await author.store.candidates(author.tenant, query))
    assert {hit.chunk.doc_id for hit in found} == {"tagged"}


async def test_no_cosine_is_above_one(author: Author) -> None:
    vectors = await author.write(author.manifest(), ["text"] * 100)
    await author.store.flip(author.tenant, author.manifest())
    best = [
        max(each.dense_score for each in await author.candidates(vector=vector, limit=1))
        for vector in vectors
    ]
    assert max(best) == pytest.approx(1.0)
    assert max(best) <= 1.0


async def test_a_string_without_words_marks_nothing(author: Author) -> None:
    await author.publish()
    query = replace(author.query("text"), names=("!!",), phrases=("the", "!!"))
    found = await author.store.candidates(author.tenant, query)
    assert [candidate.may_be_exact for candidate in found] == [False]


async def test_a_chunk_is_found_by_a_word_of_its_title_alone(author: Author) -> None:
    await author.publish(fields=DocumentFields(title="Orchard"))
    assert len(await author.candidates("orchard", mode=SearchMode.SPARSE)) == 1


async def test_a_chunk_is_found_by_a_word_of_its_heading_alone(author: Author) -> None:
    manifest = author.manifest()
    chunks = [replace(each, heading_path=("Trees", "Pears")) for each in author.chunks(manifest)]
    vectors = [author.vector()]
    await author.store.write_chunks(author.tenant, manifest, chunks, vectors=vectors)
    await author.store.flip(author.tenant, manifest)
    assert len(await author.candidates("pear", mode=SearchMode.SPARSE)) == 1


@pytest.mark.parametrize("asked", ["错误代码", "4711", "conn_4711", "Привет"])
async def test_part_of_a_name_or_of_an_unspaced_sentence_is_found_best(
    author: Author, asked: str
) -> None:
    await author.publish("right", texts=["ERR_CONN_4711: 这个错误代码很重要 - Привет, мир"])
    await author.publish("wrong", texts=["ERR_CONN_4712"])
    candidates = await author.candidates(asked, mode=SearchMode.SPARSE)
    best = max(candidates, key=lambda each: each.sparse_score or 0.0)
    assert [hit.chunk.doc_id for hit in await author.resolved([best])] == ["right"]
