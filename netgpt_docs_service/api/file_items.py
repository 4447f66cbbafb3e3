"""Files of a form: each is read, and answered, as if it had come alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.types import Scope

from netgpt_docs_service.api.multipart import ReceivedFile
from netgpt_docs_service.api.problems import log_unavailable, tell
from netgpt_docs_service.api.schemas.files import (
    FilesAnswer,
    RejectedFile,
    UploadedFile,
    UploadFields,
)
from netgpt_docs_service.api.uploads import Form
from netgpt_docs_service.domain.files import SourceFile
from netgpt_docs_service.errors import FileTooLarge, InvalidInput, ServiceError, Unavailable
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.usecases.ingest_files import FileUpload, StoredFile

Item: TypeAlias = FileUpload | ServiceError


def read_items(form: Form, sent: UploadFields, *, may_replace: bool, file_bytes: int) -> list[Item]:
    """Return each file of the form with its fields, or why it is refused already.

    Raises InvalidInput for a form without a file, or with one id for many.
    """
    if not form.files:
        message = "the form has no file"
        raise InvalidInput(message, pointer="/files")
    if sent.doc_id is not None and len(form.files) > 1:
        message = f"doc_id is for a single file, and the form has {len(form.files)}"
        raise InvalidInput(message, pointer="/doc_id")
    fields = sent.to_fields()
    items: list[Item] = []
    for each in form.files:
        try:
            file = source_file(each, file_bytes=file_bytes)
        except InvalidInput as error:
            items.append(error)
            continue
        items.append(
            FileUpload(file=file, fields=fields, doc_id=sent.doc_id, may_replace=may_replace)
        )
    return items


def source_file(received: ReceivedFile, *, file_bytes: int) -> SourceFile:
    """Return the file as it was sent; FileTooLarge above `file_bytes`."""
    headers = received.headers
    if not headers.is_readable:
        message = "the file's name is not UTF-8"
        raise InvalidInput(message)
    if received.content is None:
        message = f"the file has {received.size_bytes} bytes; at most {file_bytes} are allowed"
        raise FileTooLarge(message)
    return SourceFile(
        content=received.content,
        size_bytes=received.size_bytes,
        sha256=received.sha256,
        name=headers.filename or "",
        declared_type=headers.declared_type,
    )


@dataclass(frozen=True, slots=True)
class FileAnswers:
    """Show what became of the files of one request, and count it."""

    scope: Scope
    metrics: Metrics

    def of(
        self,
        names: Sequence[str],
        items: Sequence[Item],
        outcomes: Sequence[StoredFile | ServiceError],
    ) -> FilesAnswer:
        """Return the answer for all files, in order; `outcomes` are those of the uploads."""
        uploaded: list[UploadedFile] = []
        rejected: list[RejectedFile] = []
        rest: Iterator[StoredFile | ServiceError] = iter(outcomes)
        for at, (filename, item) in enumerate(zip(names, items, strict=True)):
            outcome = next(rest) if isinstance(item, FileUpload) else item
            if isinstance(outcome, StoredFile):
                self.metrics.record_receipt(outcome.receipt)
                uploaded.append(UploadedFile.of(outcome, filename))
            else:
                rejected.append(self._rejected(outcome, filename, at))
        return FilesAnswer(success=not rejected, uploaded=uploaded, rejected=rejected)

    def _rejected(self, error: ServiceError, filename: str, at: int) -> RejectedFile:
        if isinstance(error, Unavailable):
            log_unavailable(self.scope, error)
        if isinstance(error, InvalidInput):
            error.pointer = f"/files/{at}"
        told = tell(self.scope, error)
        self.metrics.record_problem(told.kind)
        again = told.headers.get("Retry-After")
        return RejectedFile(
            filename=filename,
            retry_after_s=None if again is None else int(again),
            problem=told.problem,
        )
