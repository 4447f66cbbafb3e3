"""Which other document has the same content, or was made of the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from netgpt_docs_service.domain.documents import DocumentFields
from tests.contract.conftest import NOW, Author

pytestmark = pytest.mark.asyncio(loop_scope="session")

HASHES = ["content-1", "source-1"]


@pytest.mark.parametrize("hashes", [{"content_sha256": "content-1"}, {"source_sha256": "source-1"}])
async def test_another_document_is_a_copy_by_its_content_or_its_source(
    author: Author, hashes: dict[str, str]
) -> None:
    await author.store.flip(author.tenant, replace(author.manifest("first"), **hashes))  # type: ignore[arg-type]  # fields of a manifest

    found = await author.store.copy_of(author.tenant, "second", HASHES, before=99, now=NOW)
    itself = await author.store.copy_of(author.tenant, "first", HASHES, before=99, now=NOW)
    earlier = await author.store.copy_of(author.tenant, "second", HASHES, before=10, now=NOW)
    other = await author.store.copy_of(author.tenant, "second", ["x"], before=99, now=NOW)

    assert (found, itself, earlier, other) == ("first", None, None, None)


async def test_what_is_deleted_or_expired_is_no_copy(author: Author) -> None:
    expiring = author.manifest("expiring", fields=DocumentFields(expires_at=NOW))
    await author.store.flip(author.tenant, replace(expiring, content_sha256="content-1"))
    gone = replace(author.manifest("gone"), content_sha256="content-1")
    await author.store.flip(author.tenant, gone)
    await author.store.flip(author.tenant, author.tombstone("gone"))

    found = await author.store.copy_of(author.tenant, "new", HASHES, before=99, now=NOW)
    an_hour_ago = await author.store.copy_of(
        author.tenant, "new", HASHES, before=99, now=NOW - timedelta(hours=1)
    )

    assert (found, an_hour_ago) == (None, "expiring")
