"""The files that a form is about: those in it, or the one that it says where to fetch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from netgpt_docs_service.api.file_items import Item, read_items, source_file
from netgpt_docs_service.api.schemas.files import UploadFields
from netgpt_docs_service.api.uploads import Form
from netgpt_docs_service.domain.files import SourceFile
from netgpt_docs_service.domain.rules import MAX_DOC_ID_CHARACTERS
from netgpt_docs_service.errors import InvalidInput, NotSupported, ServiceError
from netgpt_docs_service.fetching.interface import Fetcher
from netgpt_docs_service.usecases.ingest_files import FileUpload


@dataclass(frozen=True, slots=True)
class SentFiles:
    """Files to store, or why one is refused already, each with the name to call it by."""

    names: list[str]
    items: list[Item]


@dataclass(frozen=True, slots=True)
class FileSender:
    """Open what a form is about; files in it have at most `file_bytes`."""

    fetcher: Fetcher
    file_bytes: int

    @asynccontextmanager
    async def files(
        self, form: Form, sent: UploadFields, *, may_replace: bool
    ) -> AsyncIterator[SentFiles]:
        """Hand out the files; what was fetched is gone when the context ends.

        A document that was fetched has its URL for an id where that is short enough, and fetching
        it again replaces it. Raises InvalidInput for a form that makes no sense, NotSupported where
        nothing may be fetched.
        """
        url = sent.source_url
        if url is None:
            items = read_items(form, sent, may_replace=may_replace, file_bytes=self.file_bytes)
            yield SentFiles([each.headers.filename or "" for each in form.files], items)
            return
        _check_alone(form)
        fields = sent.to_fields()
        doc_id = url if len(url) <= MAX_DOC_ID_CHARACTERS else None
        async with AsyncExitStack() as stack:
            try:
                file = await stack.enter_async_context(self.fetcher.fetch(url))
            except NotSupported:
                raise
            except ServiceError as error:
                yield SentFiles([url], [error])
                return
            upload = FileUpload(
                file=file, fields=fields, doc_id=sent.doc_id or doc_id, may_replace=may_replace
            )
            yield SentFiles([file.name], [upload])

    @asynccontextmanager
    async def one_file(self, form: Form, sent: UploadFields) -> AsyncIterator[SourceFile]:
        """Hand out the only file; raises what is wrong with it."""
        if sent.source_url is not None:
            _check_alone(form)
            async with self.fetcher.fetch(sent.source_url) as file:
                yield file
            return
        if len(form.files) != 1:
            message = f"a preview is of one file, and the form has {len(form.files)}"
            raise InvalidInput(message, pointer="/file")
        yield source_file(form.files[0], file_bytes=self.file_bytes)


def _check_alone(form: Form) -> None:
    if form.files:
        message = "source_url is instead of files: send one or the other"
        raise InvalidInput(message, pointer="/source_url")
