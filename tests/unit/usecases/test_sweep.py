from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netgpt_docs_service.domain.chunks import Chunk, generation_name
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.store.point_maintenance import PointMaintenance
from netgpt_docs_service.usecases.sweep import SweepStore
from tests.support.fakes import DIMENSION
from tests.support.services import roomy_store

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
async def engine(quick_folder: Path) -> AsyncIterator[EdgeProcess]:
    """Over it, a deleted document with a set of chunks below its tombstone, and one above."""
    async with opened_collection(quick_folder, DIMENSION, description={}) as engine:
        store = roomy_store(engine)
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
        yield engine


async def test_one_sweep_removes_every_old_set_of_a_document(engine: EdgeProcess) -> None:
    maintenance = PointMaintenance(engine)
    sweep = SweepStore(
        store=roomy_store(engine),
        maintenance=maintenance,
        now=lambda: NOW,
        max_write_age=timedelta(days=7),
    )
    swept = await sweep.sweep()
    assert [each async for each in maintenance.generation_sets()] == []
    assert swept.chunks == 2
