"""Show how a document would be cut, without storing anything."""

from __future__ import annotations

from dataclasses import dataclass

from netgpt_docs_service.chunking.interface import Chunker
from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.domain.documents import Document


@dataclass(frozen=True, slots=True)
class PreviewChunks:
    """Cut a document exactly as an ingest would."""

    chunker: Chunker

    async def preview(self, document: Document) -> list[Passage]:
        """Return the passages that an ingest of `document` would store."""
        return await self.chunker.chunk(
            document.text, media_type=document.origin.markup, layout=document.layout
        )
