"""Which manifest of a document stands, after flips and fences in any order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netgpt_docs_service.domain.documents import DocumentFields
from netgpt_docs_service.errors import InvalidInput, NotFound
from tests.contract.conftest import NO_FIELDS, NOW, Author

pytestmark = pytest.mark.asyncio(loop_scope="session")


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


async def test_values_the_engine_cannot_hold_are_the_callers_fault(author: Author) -> None:
    manifest = author.manifest(fields=DocumentFields(metadata={"x": float("nan")}))
    with pytest.raises(InvalidInput, match="cannot hold"):
        await author.store.flip(author.tenant, manifest)


@pytest.mark.parametrize(
    ("source", "fields", "is_replaced"),
    [
        ("mine", NO_FIELDS, True),
        ("other", NO_FIELDS, False),
        ("other", DocumentFields(expires_at=NOW), True),
    ],
)
async def test_a_flip_can_keep_what_was_made_of_other_bytes(
    author: Author, source: str, fields: DocumentFields, *, is_replaced: bool
) -> None:
    first = replace(author.manifest(sequence=10, fields=fields), source_sha256=source)
    second = replace(author.manifest(sequence=20), source_sha256="mine")
    await author.store.flip(author.tenant, first)

    stands = await author.store.flip(author.tenant, second, keeps_other_source=True)

    assert stands == (second if is_replaced else first)


async def test_a_flip_that_keeps_other_bytes_inserts_and_replaces_tombstones(
    author: Author,
) -> None:
    first = replace(author.manifest(sequence=10), source_sha256="mine")
    again = replace(author.manifest(sequence=30), source_sha256="mine")

    inserted = await author.store.flip(author.tenant, first, keeps_other_source=True)
    await author.store.flip(author.tenant, author.tombstone(sequence=20))
    revived = await author.store.flip(author.tenant, again, keeps_other_source=True)

    assert (inserted, revived) == (first, again)
