"""Routes of stored documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from netgpt_docs_service.api.answers import problems
from netgpt_docs_service.api.auth import DeleteCaller, IngestCaller, QueryCaller
from netgpt_docs_service.api.body import StrictRoute, WritingRoute
from netgpt_docs_service.api.idempotency import refuse_idempotency_key
from netgpt_docs_service.api.paths import DocId
from netgpt_docs_service.api.schemas.changes import (
    ChunksQuery,
    DeleteRequest,
    ListQuery,
    PatchRequest,
    TextQuery,
)
from netgpt_docs_service.api.schemas.documents import (
    ChunkPage,
    DeletedModel,
    DeletionModel,
    TextModel,
    VerificationModel,
)
from netgpt_docs_service.api.schemas.manifests import DocumentPage, ManifestModel
from netgpt_docs_service.api.state import StateDep
from netgpt_docs_service.domain.filter_rules import parse_filter

router = APIRouter(tags=["documents"], route_class=StrictRoute)
writes_router = APIRouter(tags=["documents"], route_class=WritingRoute)


@router.get("/documents", responses=problems())
async def list_documents(
    wanted: Annotated[ListQuery, Query()], caller: QueryCaller, state: StateDep
) -> DocumentPage:
    """List documents by id; one that exists during the whole walk appears once."""
    page = await state["services"].read.page(
        caller.tenant, condition=wanted.condition(), limit=wanted.limit, cursor=wanted.cursor
    )
    return DocumentPage.of(page)


@writes_router.post(
    "/documents/delete",
    responses=problems(501, has_body=True),
    dependencies=[Depends(refuse_idempotency_key)],
)
async def delete_matching(
    body: DeleteRequest, caller: DeleteCaller, state: StateDep
) -> DeletionModel:
    """Delete what matches a filter, each document only if it is still the version that matched."""
    deletion = await state["services"].delete_matching.delete(
        caller.tenant, parse_filter(body.filter), dry_run=body.dry_run
    )
    state["metrics"].record_deletion(
        documents=deletion.deleted_documents,
        points=deletion.deleted_chunks + deletion.deleted_pairs,
    )
    return DeletionModel.of(deletion)


@router.get("/documents/{doc_id}", responses=problems(404))
async def read_document(doc_id: DocId, caller: QueryCaller, state: StateDep) -> ManifestModel:
    """Read what a document is and what was done to it."""
    return ManifestModel.of(await state["services"].read.manifest(caller.tenant, doc_id))


@router.get("/documents/{doc_id}/chunks", responses=problems(404))
async def read_chunks(
    doc_id: DocId, wanted: Annotated[ChunksQuery, Query()], caller: QueryCaller, state: StateDep
) -> ChunkPage:
    """Read a document's chunks in order, all of one version."""
    manifest, chunks = await state["services"].read.chunks(
        caller.tenant, doc_id, first=wanted.first, limit=wanted.limit
    )
    return ChunkPage.of(manifest, chunks)


@router.get("/documents/{doc_id}/text", responses=problems(404))
async def read_text(
    doc_id: DocId, wanted: Annotated[TextQuery, Query()], caller: QueryCaller, state: StateDep
) -> TextModel:
    """Read a document's text, or a part of it: what the offsets of its chunks refer to."""
    part = await state["services"].read.text(
        caller.tenant, doc_id, start=wanted.start, end=wanted.end
    )
    return TextModel.of(part)


@router.get("/documents/{doc_id}/verify", responses=problems(404))
async def verify_document(doc_id: DocId, caller: QueryCaller, state: StateDep) -> VerificationModel:
    """Count a document's chunks again and compare its text with the recorded hash."""
    return VerificationModel.of(await state["services"].read.verify(caller.tenant, doc_id))


@writes_router.patch("/documents/{doc_id}", responses=problems(404, has_body=True))
async def change_document(
    doc_id: DocId, body: PatchRequest, caller: IngestCaller, state: StateDep
) -> ManifestModel:
    """Change what is said about a document; nothing is embedded again."""
    changed = body.changed()
    manifest = await state["services"].change_fields.change(
        caller.tenant, doc_id, lambda fields: replace(fields, **changed)
    )
    return ManifestModel.of(manifest)


@writes_router.delete("/documents/{doc_id}", responses=problems(404))
async def delete_document(doc_id: DocId, caller: DeleteCaller, state: StateDep) -> DeletedModel:
    """Delete a document: from then on no reader sees it."""
    before = await state["services"].delete.delete(caller.tenant, doc_id)
    state["metrics"].record_deletion(documents=1, points=before.chunk_count + before.pair_count)
    return DeletedModel(deleted_chunks=before.chunk_count, deleted_pairs=before.pair_count)
