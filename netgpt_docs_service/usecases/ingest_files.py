"""Write many files of one request, so that one is read while another is embedded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from netgpt_docs_service.domain.documents import (
    Document,
    DocumentFields,
    Manifest,
    Origin,
    Receipt,
    ReceiptStatus,
)
from netgpt_docs_service.domain.file_names import file_label
from netgpt_docs_service.domain.files import SourceFile
from netgpt_docs_service.errors import DeadlineExceeded, InvalidInput, ServiceError
from netgpt_docs_service.usecases.file_claim import FileClaim
from netgpt_docs_service.usecases.ingest import Accepted, IngestDocument
from netgpt_docs_service.usecases.read_file import FileReading

_SIDE_BY_SIDE = 8
"""Files in work at once: while one is embedded, others are read, cut, stored and flushed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUpload:
    """A file with what its sender says about it; without `doc_id` its name is the id.

    A given id may always be replaced, a name only when `may_replace` says so.
    """

    file: SourceFile
    fields: DocumentFields
    doc_id: str | None = None
    may_replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that was stored; `duplicate_of` is an earlier document of the same content."""

    receipt: Receipt
    title: str | None
    pages: int | None
    origin: Origin
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    tenant: str
    upload: FileUpload
    claim: FileClaim
    accepted: Accepted
    ends_s: float


@dataclass(frozen=True, slots=True)
class IngestFiles:
    """Ingest a list of files; each gets its own receipt or its own error."""

    one: IngestDocument
    reading: FileReading

    async def ingest(
        self, tenant: str, uploads: Sequence[FileUpload], *, within_s: float | None = None
    ) -> list[StoredFile | ServiceError]:
        """Return a receipt or an error for each file, in the order given.

        They are accepted in that order too; the second of two with one id is refused. Bytes that
        are stored already in the same way are not read again. Files not begun `within_s`, or else
        within the deadline of one ingest, are answered with DeadlineExceeded. Raises NotSupported
        where no files are read.
        """
        ends_s = time.monotonic() + (self.one.deadline_s if within_s is None else within_s)
        works = await self._accept(tenant, uploads, ends_s)
        places = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def ingest_one(work: _Work | ServiceError) -> StoredFile | ServiceError:
            if isinstance(work, ServiceError):
                return work
            async with places:
                return await self._in_time(work)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(ingest_one(work)) for work in works]
        outcomes = [task.result() for task in tasks]
        # Only now, so that of two equal files of this request the first is the original.
        return [
            await self._compared(tenant, upload, outcome, ends_s)
            for upload, outcome in zip(uploads, outcomes, strict=True)
        ]

    async def _accept(
        self, tenant: str, uploads: Sequence[FileUpload], ends_s: float
    ) -> list[_Work | ServiceError]:
        claims = self._claims(uploads)
        works: list[_Work | ServiceError] = []
        try:
            async with asyncio.timeout(ends_s - time.monotonic()):
                for upload, claim in zip(uploads, claims, strict=True):
                    if isinstance(claim, ServiceError):
                        works.append(claim)
                        continue
                    accepted = await self.one.accept(tenant, claim.doc_id)
                    works.append(_Work(tenant, upload, claim, accepted, ends_s))
        except TimeoutError as error:
            message = f"no file was begun within {self.one.deadline_s:g} s: send them again"
            raise DeadlineExceeded(message) from error
        return works

    def _claims(self, uploads: Sequence[FileUpload]) -> list[FileClaim | ServiceError]:
        fingerprint = self.reading.required().fingerprint
        claims: list[FileClaim | ServiceError] = []
        taken: set[str] = set()
        for upload in uploads:
            try:
                claim = _claim(upload, fingerprint, taken)
            except InvalidInput as error:
                claims.append(error)
                continue
            taken.add(claim.doc_id)
            claims.append(claim)
        return claims

    async def _in_time(self, work: _Work) -> StoredFile | ServiceError:
        doc_id, left_s = work.claim.doc_id, work.ends_s - time.monotonic()
        if left_s <= 0:
            return DeadlineExceeded(
                f"file {doc_id!r} was not begun within {self.one.deadline_s:g} s: "
                "send fewer in one request, or send it again"
            )
        try:
            async with asyncio.timeout(left_s):
                return await self._stored(work, left_s)
        except TimeoutError:
            return DeadlineExceeded(
                f"file {doc_id!r} was not finished within {self.one.deadline_s:g} s; "
                "what is embedded so far is kept: send it again to go on from there"
            )
        except ServiceError as error:
            return error

    async def _stored(self, work: _Work, within_s: float) -> StoredFile:
        confirmed = await self.one.confirm(work.tenant, work.claim, work.accepted)
        if confirmed is not None:
            receipt, stands = confirmed
            return _as_it_stands(receipt, stands)
        document = await self.reading.document(
            work.upload.file, work.claim.fields, doc_id=work.claim.doc_id
        )
        receipt = await self.one.ingest(
            work.tenant,
            document,
            accepted=work.accepted,
            within_s=within_s,
            claim=work.claim,
        )
        return _as_written(receipt, document)

    async def _compared(
        self, tenant: str, upload: FileUpload, outcome: StoredFile | ServiceError, ends_s: float
    ) -> StoredFile | ServiceError:
        """Name an earlier document of the same content, when the store says so in time."""
        if isinstance(outcome, ServiceError) or _is_superseded(outcome):
            return outcome
        receipt = outcome.receipt
        with suppress(ServiceError, TimeoutError):
            async with asyncio.timeout(ends_s - time.monotonic()):
                copy = await self.one.store.copy_of(
                    tenant,
                    receipt.doc_id,
                    (receipt.content_sha256, upload.file.sha256),
                    before=receipt.version,
                    now=self.one.now(),
                )
                return replace(outcome, duplicate_of=copy)
        return outcome


def _claim(upload: FileUpload, fingerprint: str, taken: set[str]) -> FileClaim:
    """Return the claim; InvalidInput for a bad name, or an id that is `taken` in this request."""
    label = file_label(upload.file.name)
    doc_id = label if upload.doc_id is None else upload.doc_id
    if doc_id in taken:
        message = f"another file of this request has the doc_id {doc_id!r}, too"
        raise InvalidInput(message)
    return FileClaim(
        doc_id=doc_id,
        filename=label,
        source_sha256=upload.file.sha256,
        fields=upload.fields,
        extractor=fingerprint,
        declared_type=upload.file.declared_type,
        may_replace=upload.may_replace or upload.doc_id is not None,
    )


def _is_superseded(stored: StoredFile) -> bool:
    return stored.receipt.status is ReceiptStatus.SUPERSEDED


def _as_it_stands(receipt: Receipt, stands: Manifest) -> StoredFile:
    return StoredFile(
        receipt=receipt, title=stands.fields.title, pages=stands.pages, origin=stands.origin
    )


def _as_written(receipt: Receipt, document: Document) -> StoredFile:
    return StoredFile(
        receipt=receipt,
        title=document.fields.title,
        pages=len(document.layout.page_starts) or None,
        origin=document.origin,
    )
