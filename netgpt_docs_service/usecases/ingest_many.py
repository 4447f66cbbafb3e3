"""Write many documents of one request, side by side, so that none spoils another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from netgpt_docs_service.domain.documents import Document, Receipt
from netgpt_docs_service.errors import DeadlineExceeded, ServiceError
from netgpt_docs_service.usecases.ingest import Accepted, IngestDocument

_SIDE_BY_SIDE = 4
"""Documents in work at once: while one is embedded, others are cut, stored and flushed."""


@dataclass(frozen=True, slots=True)
class IngestDocuments:
    """Ingest a list of documents; each gets its own receipt or its own error."""

    one: IngestDocument

    async def ingest(
        self, tenant: str, documents: Sequence[Document]
    ) -> list[Receipt | ServiceError]:
        """Return a receipt or an error for each document, in the order given.

        They are accepted in that order too, so the last of two with one id wins. Documents not
        begun before the deadline of one ingest are answered with DeadlineExceeded.
        """
        ends_s = time.monotonic() + self.one.deadline_s
        accepted = await self._accept(tenant, documents)
        places = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def ingest_one(document: Document, place: Accepted) -> Receipt | ServiceError:
            async with places:
                left_s = ends_s - time.monotonic()
                if left_s <= 0:
                    return self._not_begun(document)
                try:
                    return await self.one.ingest(tenant, document, accepted=place, within_s=left_s)
                except ServiceError as error:
                    return error

        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(ingest_one(document, place))
                for document, place in zip(documents, accepted, strict=True)
            ]
        return [task.result() for task in tasks]

    async def _accept(self, tenant: str, documents: Sequence[Document]) -> list[Accepted]:
        try:
            async with asyncio.timeout(self.one.deadline_s):
                return [await self.one.accept(tenant, each.doc_id) for each in documents]
        except TimeoutError as error:
            message = f"no document was begun within {self.one.deadline_s:g} s: send them again"
            raise DeadlineExceeded(message) from error

    def _not_begun(self, document: Document) -> DeadlineExceeded:
        return DeadlineExceeded(
            f"document {document.doc_id!r} was not begun within {self.one.deadline_s:g} s: "
            "send fewer in one request, or send it again"
        )
