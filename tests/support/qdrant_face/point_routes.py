"""The routes of points: write, read, search."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, TypeAlias

import qdrant_edge as edge
from pydantic import TypeAdapter
from qdrant_client import models
from starlette.requests import Request
from starlette.routing import Route

from tests.support.qdrant_face.answers import answered, body_of, collection_of
from tests.support.qdrant_face.cluster_routes import check_readable, check_writable
from tests.support.qdrant_face.face_collection import FaceCollection
from tests.support.qdrant_face.face_filters import engine_filter
from tests.support.qdrant_face.point_json import (
    ids_of,
    payload_selector,
    points_of,
    query_request,
    record_json,
)
from tests.support.qdrant_face.refusals import Refused, refuse_input

Json: TypeAlias = dict[str, Any]

_UPSERT = TypeAdapter[Any](models.PointsBatch | models.PointsList)
_SELECTOR = TypeAdapter[Any](models.PointIdsList | models.FilterSelector)
_SET_PAYLOAD = TypeAdapter[Any](models.SetPayload)
_RETRIEVE = TypeAdapter[Any](models.PointRequest)
_SCROLL = TypeAdapter[Any](models.ScrollRequest)
_COUNT = TypeAdapter[Any](models.CountRequest)
_QUERY = TypeAdapter[Any](models.QueryRequest)
_QUERIES = TypeAdapter[Any](models.QueryRequestBatch)
_MODES = {
    "upsert": edge.UpdateMode.Upsert,
    "insert_only": edge.UpdateMode.InsertOnly,
    "update_only": edge.UpdateMode.UpdateOnly,
}
_ORDERINGS = {"weak", "medium", "strong"}


async def _upsert(request: Request) -> Json:
    collection = collection_of(request)
    body = await body_of(request, _UPSERT)
    points = points_of(body)
    collection.strict_mode.check_upsert(body, len(points))
    condition = engine_filter(body.get("update_filter"))
    mode = _MODES[body.get("update_mode") or "upsert"]
    status = _write_status(request, collection)
    return {"operation_id": await collection.upsert(points, condition, mode), "status": status}


async def _delete(request: Request) -> Json:
    collection = collection_of(request)
    body = await body_of(request, _SELECTOR)
    collection.strict_mode.check_update(body)
    status = _write_status(request, collection)
    if "points" in body:
        return {"operation_id": await collection.delete(ids_of(body["points"])), "status": status}
    matching = _filter_of(body)
    operation = edge.UpdateOperation.delete_points_by_filter(matching)
    return {"operation_id": await collection.update(operation), "status": status}


async def _set_payload(request: Request) -> Json:
    collection = collection_of(request)
    body = await body_of(request, _SET_PAYLOAD)
    collection.strict_mode.check_update(body)
    status = _write_status(request, collection)
    payload, key = body["payload"], body.get("key")
    if body.get("points") is not None:
        number = await collection.set_payload(ids_of(body["points"]), payload, key)
    elif body.get("filter") is not None:
        number = await collection.update(
            edge.UpdateOperation.set_payload_by_filter(_filter_of(body), payload, key)
        )
    else:
        text = "Either list of ids or filter must be provided"
        raise Refused(400, f"Format error in JSON body: {text}")
    return {"operation_id": number, "status": status}


async def _retrieve(request: Request) -> list[Json]:
    collection = collection_of(request)
    _read_params(request, collection)
    body = await body_of(request, _RETRIEVE)
    ids = ids_of(body["ids"])
    selector = payload_selector(body.get("with_payload"), default=True)
    vector = body.get("with_vector") or False
    found = await collection.run(lambda shard: shard.retrieve(ids, selector, vector))
    return [_shown(record, body, default=True) for records in found for record in records]


async def _scroll(request: Request) -> Json:
    collection = collection_of(request)
    _read_params(request, collection)
    body = await body_of(request, _SCROLL)
    collection.strict_mode.check_scroll(body)
    limit = body.get("limit") or 10
    asked = edge.ScrollRequest(
        offset=body.get("offset"),
        limit=limit + 1,
        filter=engine_filter(body.get("filter")),
        with_payload=payload_selector(body.get("with_payload"), default=True),
        with_vector=body.get("with_vector") or False,
    )
    found = await collection.run(lambda shard: shard.scroll(asked)[0])
    records = sorted((each for records in found for each in records), key=_order)[: limit + 1]
    shown = [_shown(record, body, default=True) for record in records]
    following = shown[limit]["id"] if len(shown) > limit else None
    return {"points": shown[:limit], "next_page_offset": following}


async def _count(request: Request) -> Json:
    collection = collection_of(request)
    _read_params(request, collection)
    body = await body_of(request, _COUNT)
    collection.strict_mode.check_count(body)
    asked = edge.CountRequest(exact=True, filter=engine_filter(body.get("filter")))
    return {"count": sum(await collection.run(lambda shard: shard.count(asked)))}


async def _query(request: Request) -> Json:
    collection = collection_of(request)
    _read_params(request, collection)
    body = await body_of(request, _QUERY)
    collection.strict_mode.check_query(body)
    return await _best(collection, body)


async def _query_batch(request: Request) -> list[Json]:
    collection = collection_of(request)
    _read_params(request, collection)
    searches = (await body_of(request, _QUERIES))["searches"]
    collection.strict_mode.check_batch(len(searches))
    for search in searches:
        collection.strict_mode.check_query(search)
    return [await _best(collection, search) for search in searches]


async def _best(collection: FaceCollection, body: Json) -> Json:
    asked = query_request(body)
    found = await collection.run(lambda shard: shard.query(asked))
    points = [point for points in found for point in points]
    if len(found) > 1:
        points = sorted(points, key=lambda point: -point.score)[: asked.limit]
    return {"points": [_shown(point, body, default=False) for point in points]}


def _shown(record: edge.Record | edge.ScoredPoint, body: Json, *, default: bool) -> Json:
    asked = body.get("with_payload")
    return record_json(record, has_payload=default if asked is None else asked is not False)


def _order(record: edge.Record) -> tuple[int, int]:
    """Put numbers before UUIDs, as ids are ordered."""
    point_id = record.id
    return (0, point_id) if isinstance(point_id, int) else (1, uuid.UUID(str(point_id)).int)


def _filter_of(body: Json) -> edge.Filter:
    condition = engine_filter(body["filter"])
    assert condition is not None
    return condition


def _write_status(request: Request, collection: FaceCollection) -> str:
    """Check the parameters of a write; without `wait` a server only acknowledges."""
    _check_timeout(request, collection)
    check_writable(request, collection)
    ordering = request.query_params.get("ordering", "weak")
    if ordering not in _ORDERINGS:
        raise Refused(400, f"Format error in query parameters: unknown variant `{ordering}`")
    is_awaited = request.query_params.get("wait", "false") == "true"
    return "completed" if is_awaited else "acknowledged"


def _read_params(request: Request, collection: FaceCollection) -> None:
    _check_timeout(request, collection)
    check_readable(request, collection)


def _check_timeout(request: Request, collection: FaceCollection) -> None:
    timeout = request.query_params.get("timeout")
    if timeout is None:
        return
    if not timeout.isdigit() or timeout == "0":
        text = f"Validation error in query parameters: [timeout: value {timeout} invalid, "
        refuse_input(f"{text}must be 1 or larger]")
    collection.strict_mode.check_timeout(int(timeout))


_POINTS = "/collections/{name}/points"
POINT_ROUTES: Sequence[Route] = (
    Route(_POINTS, answered(_upsert), methods=["PUT"]),
    Route(_POINTS, answered(_retrieve), methods=["POST"]),
    Route(f"{_POINTS}/delete", answered(_delete), methods=["POST"]),
    Route(f"{_POINTS}/payload", answered(_set_payload), methods=["POST"]),
    Route(f"{_POINTS}/scroll", answered(_scroll), methods=["POST"]),
    Route(f"{_POINTS}/count", answered(_count), methods=["POST"]),
    Route(f"{_POINTS}/query", answered(_query), methods=["POST"]),
    Route(f"{_POINTS}/query/batch", answered(_query_batch), methods=["POST"]),
)
