"""Indexes on names of metadata come and go at the start, and change no answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from netgpt_docs_service.domain.documents import DocumentFields, Scalar
from netgpt_docs_service.domain.filters import Comparison
from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.interface import ManifestQuery
from netgpt_docs_service.store.point_store import PointStore
from tests.contract.conftest import DIMENSION, NOW, Author

YEARS: tuple[Scalar, ...] = (2025, 2025.5, 2026, "2026")
RECENT = ManifestQuery(now=NOW, limit=10, filter=Comparison("gte", "metadata.year", 2025.5))


class Open(Protocol):
    """Open the same collection again, with other names declared."""

    def __call__(self, **filterable: str) -> AbstractAsyncContextManager[Author]: ...


@pytest.fixture
def reopen(quick_folder: Path) -> Open:
    @asynccontextmanager
    async def opened(**filterable: str) -> AsyncIterator[Author]:
        collection = opened_collection(
            quick_folder, DIMENSION, description={}, filterable=filterable
        )
        async with collection as engine:
            yield Author(PointStore(engine), "tenant")

    return opened


async def test_a_name_declared_later_is_indexed_and_answers_as_before(reopen: Open) -> None:
    async with reopen() as author:
        for number, year in enumerate(YEARS):
            await author.publish(f"doc-{number}", fields=DocumentFields(metadata={"year": year}))
        before = await author.store.manifests(author.tenant, RECENT)

    async with reopen(year="integer") as author:
        after = await author.store.manifests(author.tenant, RECENT)

    assert {each.doc_id for each in after.entries} == {"doc-1", "doc-2"}
    assert after == before


async def test_a_name_declared_with_another_type_refuses_the_start(reopen: Open) -> None:
    async with reopen(year="keyword"):
        pass

    with pytest.raises(ConfigurationError, match=r"metadata\.year .* keyword .* float"):
        async with reopen(year="integer"):
            pass


async def test_a_name_that_was_left_out_once_may_have_another_type(reopen: Open) -> None:
    async with reopen(year="keyword"):
        pass
    async with reopen():
        pass
    async with reopen(year="float") as author:
        page = await author.store.manifests(author.tenant, RECENT)

    assert page.total_count == 0
