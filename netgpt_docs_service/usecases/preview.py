"""Show how a document would be cut, without storing anything."""

from __future__ import annotations

from dataclasses import dataclass

from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.domain.documents import Document
from netgpt_docs_service.usecases.cutter import DocumentCutter


@dataclass(frozen=True, slots=True)
class PreviewChunks:
    """Cut a document exactly as an ingest would."""

    cutter: DocumentCutter

    async def preview(self, document: Document) -> list[Passage]:
        """Return the chunks, then the pairs, that an ingest of `document` would store."""
        return await self.cutter.cut(document)
