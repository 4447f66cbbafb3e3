"""Make documents of files: the text is what an extractor reads out of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from netgpt_docs_service.domain.documents import Document, DocumentFields, Origin
from netgpt_docs_service.domain.file_names import file_label
from netgpt_docs_service.domain.files import Extracted, SourceFile
from netgpt_docs_service.domain.rules import MAX_TITLE_CHARACTERS
from netgpt_docs_service.errors import NoExtractableText, NotSupported
from netgpt_docs_service.extraction.interface import Extractor


@dataclass(frozen=True, slots=True)
class FileReading:
    """Read files where this deployment can."""

    extractor: Extractor | None

    def required(self) -> Extractor:
        """Return what reads files; NotSupported when it is not installed."""
        if self.extractor is None:
            message = (
                "this deployment reads no files: install the extra `files`, "
                "as in `pip install 'netgpt-docs-service[files]'`"
            )
            raise NotSupported(message)
        return self.extractor

    async def document(
        self, file: SourceFile, fields: DocumentFields, *, doc_id: str | None = None
    ) -> Document:
        """Return the document that `file` holds, named after it without `doc_id`.

        A title that was not given is the one found in the file. Raises FileRefused, and what the
        extractor raises when it cannot work now.
        """
        extractor = self.required()
        label = file_label(file.name)
        if file.size_bytes == 0:
            message = "the file is empty"
            raise NoExtractableText(message)
        found = await extractor.extract(replace(file, name=label))
        return Document(
            doc_id=label if doc_id is None else doc_id,
            text=found.text,
            fields=fields if fields.title is not None else replace(fields, title=_title(found)),
            layout=found.layout,
            origin=Origin(
                media_type=found.media_type,
                filename=label,
                text_type=found.text_type,
                language=found.language,
                metadata=found.metadata,
                warnings=found.warnings,
            ),
            size_bytes=file.size_bytes,
            source_sha256=file.sha256,
            extractor=extractor.fingerprint,
        )


def _title(found: Extracted) -> str | None:
    title = " ".join((found.title or "").split())
    return title[:MAX_TITLE_CHARACTERS] or None
