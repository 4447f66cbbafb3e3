"""Reading a document that other writers keep changing ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import pytest

from netgpt_docs_service.domain.chunks import Chunk, generation_name
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.errors import StoreUnavailable
from netgpt_docs_service.store.interface import DocumentStore
from netgpt_docs_service.usecases.read import ReadDocuments

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PATIENCE = 100


@dataclass(slots=True)
class Restless:
    """A store whose document is another one whenever it is looked at."""

    looks: int = 0

    async def manifest(self, _: str, doc_id: str) -> Manifest:
        self.looks += 1
        assert self.looks < PATIENCE
        return Manifest(
            doc_id=doc_id,
            sequence=self.looks,
            generation=generation_name(self.looks, 1),
            version=self.looks,
            chunk_count=1,
            created_at=NOW,
            updated_at=NOW,
        )

    async def chunks(self, *_: object, **__: object) -> list[Chunk]:
        return []

    async def pairs(self, *_: object) -> list[Chunk]:
        return []

    async def count_chunks(self, *_: object) -> int:
        return 0

    async def count_pairs(self, *_: object) -> int:
        return 0


async def test_verifying_a_document_that_keeps_changing_is_given_up() -> None:
    read = ReadDocuments(cast("DocumentStore", Restless()), lambda: NOW)

    with pytest.raises(StoreUnavailable, match="kept changing"):
        await read.verify("acme", "doc")
