"""How documents are listed, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netgpt_docs_service.domain.documents import DocumentFields
from netgpt_docs_service.domain.filters import Comparison
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.store.interface import ManifestQuery
from tests.contract.conftest import NOW, Author

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
