"""Routes that store documents."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from netgpt_docs_service.api.answers import Responses, problems
from netgpt_docs_service.api.auth import IngestCaller
from netgpt_docs_service.api.batch import answer_items, read_items
from netgpt_docs_service.api.body import BatchRoute, IngestRoute
from netgpt_docs_service.api.idempotency import refuse_idempotency_key
from netgpt_docs_service.api.schemas.ingest import (
    BatchItem,
    BatchRequest,
    IngestRequest,
    ReceiptModel,
)
from netgpt_docs_service.api.state import StateDep
from netgpt_docs_service.domain.documents import ReceiptStatus

router = APIRouter(tags=["ingest"], route_class=IngestRoute)
batch_router = APIRouter(tags=["ingest"], route_class=BatchRoute)

_CREATED: Responses = {201: {"model": ReceiptModel, "description": "The document is new"}}
_WRITES = [Depends(refuse_idempotency_key)]


@router.post(
    "/ingest",
    responses=problems(501, has_body=True) | _CREATED,
    response_description="The document was there already",
    dependencies=_WRITES,
)
async def ingest(
    body: IngestRequest, caller: IngestCaller, state: StateDep, response: Response
) -> ReceiptModel:
    """Make a document searchable; answers when it is durable and can be found."""
    document = body.to_document(max_text_bytes=state["sizes"].text_bytes)
    receipt = await state["services"].ingest.ingest(caller.tenant, document)
    state["metrics"].record_receipt(receipt)
    response.status_code = 201 if receipt.status is ReceiptStatus.CREATED else 200
    return ReceiptModel.of(receipt)


@batch_router.post(
    "/ingest/batch",
    responses=problems(501, has_body=True),
    response_model_exclude_none=True,
    dependencies=_WRITES,
)
async def ingest_batch(
    body: BatchRequest, caller: IngestCaller, state: StateDep, request: Request
) -> list[BatchItem]:
    """Store up to 100 documents, answered in order; one that is refused spoils no other."""
    items = read_items(body.documents, max_text_bytes=state["sizes"].text_bytes)
    documents = [item for item in items if not isinstance(item, Exception)]
    outcomes = await state["services"].ingest_many.ingest(caller.tenant, documents)
    return answer_items(request.scope, items, outcomes, metrics=state["metrics"])
