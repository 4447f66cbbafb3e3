"""Routes that take files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from netgpt_docs_service.api.answers import problems
from netgpt_docs_service.api.auth import IngestCaller
from netgpt_docs_service.api.body import FormRoute, IngestRoute
from netgpt_docs_service.api.file_items import FileAnswers
from netgpt_docs_service.api.form_fields import upload_fields
from netgpt_docs_service.api.idempotency import refuse_idempotency_key
from netgpt_docs_service.api.schemas.files import FilesAnswer, UploadQuery, form_body
from netgpt_docs_service.api.schemas.ingest import IngestRequest, PreviewModel
from netgpt_docs_service.api.sent_files import FileSender
from netgpt_docs_service.api.state import State, StateDep
from netgpt_docs_service.api.uploads import Form, left_s, received_form
from netgpt_docs_service.usecases.ingest_files import FileUpload

router = APIRouter(tags=["ingest"], route_class=IngestRoute)
preview_router = APIRouter(tags=["ingest"], route_class=FormRoute)

_FILE = {"type": "string", "format": "binary"}
_FILES_BODY = {
    "required": True,
    "content": form_body(
        {"files": {"type": "array", "items": _FILE, "minItems": 1, "maxItems": 100}}
    ),
}
_PREVIEW_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/IngestRequest"}},
        **form_body({"file": _FILE}),
    },
}


@router.post(
    "/ingest/files",
    responses=problems(501, has_body=True),
    response_model_exclude_none=True,
    dependencies=[Depends(refuse_idempotency_key)],
    openapi_extra={"requestBody": _FILES_BODY},
)
async def ingest_files(
    wanted: Annotated[UploadQuery, Query()],
    caller: IngestCaller,
    state: StateDep,
    request: Request,
) -> FilesAnswer:
    """Store up to 100 files, each answered in order; one that is rejected spoils no other."""
    use_case = state["services"].ingest_files
    use_case.reading.required()
    async with received_form(request, "files") as form:
        sent = upload_fields(form.fields)
        may_replace = wanted.replace or sent.replace
        async with _sender(state).files(form, sent, may_replace=may_replace) as files:
            uploads = [item for item in files.items if isinstance(item, FileUpload)]
            outcomes = await use_case.ingest(caller.tenant, uploads, within_s=left_s(request))
            answers = FileAnswers(request.scope, state["metrics"])
            return answers.of(files.names, files.items, outcomes)


@preview_router.post(
    "/ingest/preview",
    responses=problems(501, has_body=True),
    openapi_extra={"requestBody": _PREVIEW_BODY},
)
async def preview(_: IngestCaller, state: StateDep, request: Request) -> PreviewModel:
    """Show the chunks that an ingest would store, of a text or a file; nothing is stored."""
    form = request.scope["state"].get("form")
    if form is not None:
        return await _preview_of_file(form, state)
    document = (await _sent_text(request)).to_document(max_text_bytes=state["sizes"].text_bytes)
    return PreviewModel.of(document, await state["services"].preview.preview(document))


async def _preview_of_file(form: Form, state: State) -> PreviewModel:
    sent = upload_fields(form.fields)
    fields = sent.to_fields()
    async with _sender(state).one_file(form, sent) as file:
        document, passages = await state["services"].preview.preview_file(
            file, fields, doc_id=sent.doc_id
        )
    return PreviewModel.of(document, passages)


def _sender(state: State) -> FileSender:
    return FileSender(state["services"].fetcher, state["sizes"].file_bytes)


async def _sent_text(request: Request) -> IngestRequest:
    """Read JSON as FastAPI does for a route that takes nothing else."""
    body: Any = await request.json() if await request.body() else None
    try:
        return IngestRequest.model_validate(body)
    except ValidationError as error:
        faults = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(faults, body=body) from error
