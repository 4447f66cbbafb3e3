"""Every adapter answers a filter as the API's description of it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings

from netgpt_docs_service.domain.chunks import chunk_id
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.filter_rules import parse_filter
from netgpt_docs_service.domain.search import CandidateQuery, SearchMode
from netgpt_docs_service.store.interface import ManifestQuery
from tests.contract.conftest import DIMENSION, NOW, Author, Stores
from tests.support.filter_documents import FILTERS, mixed_documents
from tests.support.filter_oracle import is_returned

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True)
class Library:
    """Documents of one tenant, written once for all filters."""

    author: Author
    documents: list[Manifest]

    def expected(self, filter_: Mapping[str, Any]) -> list[Manifest]:
        return [each for each in self.documents if is_returned(each, filter_, now=NOW)]

    async def listed(self, filter_: Mapping[str, Any]) -> tuple[set[str], int]:
        query = ManifestQuery(now=NOW, limit=100, filter=parse_filter(filter_))
        page = await self.author.store.manifests(self.author.tenant, query)
        return {each.doc_id for each in page.entries}, page.total_count

    async def found(self, filter_: Mapping[str, Any], mode: SearchMode) -> set[str]:
        query = CandidateQuery(
            text="text",
            vector=[1.0] + [0.0] * (DIMENSION - 1),
            mode=mode,
            limit=200,
            now=NOW,
            filter=parse_filter(filter_),
        )
        candidates = await self.author.store.candidates(self.author.tenant, query)
        return {candidate.chunk_id for candidate in candidates}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def library(stores: Stores) -> Library:
    documents = mixed_documents(40)
    author = Author(stores.documents, "library")
    for each in documents:
        await author.write(each, ["text"] * each.chunk_count)
        await author.store.flip(author.tenant, each)
    return Library(author, documents)


@settings(max_examples=100, deadline=None)
@given(filter_=FILTERS)
async def test_documents_and_chunks_are_those_that_the_description_names(
    library: Library, filter_: Mapping[str, Any]
) -> None:
    expected = library.expected(filter_)
    chunks = {
        chunk_id(library.author.tenant, each.doc_id, each.generation or "", index)
        for each in expected
        for index in range(each.chunk_count)
    }
    assert await library.listed(filter_) == ({each.doc_id for each in expected}, len(expected))
    assert await library.found(filter_, SearchMode.DENSE) == chunks
    assert await library.found(filter_, SearchMode.SPARSE) == chunks
