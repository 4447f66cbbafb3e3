from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.memory_store import MemoryStore

from netgpt_docs_service.domain.chunks import Chunk, generation_name
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.usecases.sweep import SweepStore

NOW = datetime(2026, 5, 1, tzinfo=UTC)
BELOW, TOMBSTONE, ABOVE = 20, 25, 30
CHUNK = Chunk(
    doc_id="doc",
    generation="",
    sequence=0,
    index=0,
    text="text",
    chunk_hash="hash",
    char_start=0,
    char_end=4,
    token_count=1,
)


@pytest.fixture
async def store() -> MemoryStore:
    """A deleted document with a set of chunks below its tombstone, and one above."""
    store = MemoryStore()
    tombstone = Manifest(
        doc_id="doc",
        sequence=TOMBSTONE,
        generation=None,
        version=TOMBSTONE,
        created_at=NOW,
        updated_at=NOW,
    )
    await store.flip("acme", tombstone)
    for sequence in (BELOW, ABOVE):
        chunk = replace(CHUNK, generation=generation_name(sequence, 1), sequence=sequence)
        await store.write_chunks("acme", tombstone, [chunk], vectors=[None])
    return store


async def test_one_sweep_removes_every_old_set_of_a_document(store: MemoryStore) -> None:
    sweep = SweepStore(
        store=store, maintenance=store, now=lambda: NOW, max_write_age=timedelta(days=7)
    )
    swept = await sweep.sweep()
    assert [each async for each in store.generation_sets()] == []
    assert swept.chunks == 2
