"""Show how a document would be cut, without storing anything."""

from __future__ import annotations

from dataclasses import dataclass

from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.domain.documents import Document, DocumentFields
from netgpt_docs_service.domain.files import SourceFile
from netgpt_docs_service.usecases.cutter import DocumentCutter
from netgpt_docs_service.usecases.read_file import FileReading


@dataclass(frozen=True, slots=True)
class PreviewChunks:
    """Cut a document exactly as an ingest would."""

    cutter: DocumentCutter
    reading: FileReading

    async def preview(self, document: Document) -> list[Passage]:
        """Return the chunks, then the pairs, that an ingest of `document` would store."""
        return await self.cutter.cut(document)

    async def preview_file(
        self, file: SourceFile, fields: DocumentFields, *, doc_id: str | None
    ) -> tuple[Document, list[Passage]]:
        """Return the document that `file` holds, and the passages that would be stored."""
        document = await self.reading.document(file, fields, doc_id=doc_id)
        return document, await self.preview(document)
