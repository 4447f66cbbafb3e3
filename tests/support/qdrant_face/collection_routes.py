"""The routes of collections: create, show, change, delete; payload indexes and aliases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import qdrant_edge as edge
from pydantic import TypeAdapter
from qdrant_client import models
from starlette.requests import Request
from starlette.routing import Route

from tests.support.qdrant_face.answers import answered, body_of, catalogue_of, collection_of
from tests.support.qdrant_face.collection_layout import config_info, index_params
from tests.support.qdrant_face.refusals import Refused

Json: TypeAlias = dict[str, Any]

_CREATE = TypeAdapter[Any](models.CreateCollection)
_PATCH = TypeAdapter[Any](models.UpdateCollection)
_INDEX = TypeAdapter[Any](models.CreateFieldIndex)
_ALIASES = TypeAdapter[Any](models.ChangeAliasesOperation)


async def _list(request: Request) -> Json:
    return {"collections": [{"name": name} for name in catalogue_of(request).names()]}


async def _exists(request: Request) -> Json:
    return {"exists": catalogue_of(request).holds(request.path_params["name"])}


async def _create(request: Request) -> bool:
    body = await body_of(request, _CREATE)
    catalogue_of(request).create(request.path_params["name"], body)
    return True


async def _patch(request: Request) -> bool:
    body = await body_of(request, _PATCH)
    catalogue_of(request).patch(request.path_params["name"], body)
    return True


async def _delete(request: Request) -> bool:
    return catalogue_of(request).delete(request.path_params["name"])


async def _info(request: Request) -> Json:
    collection = collection_of(request)
    infos = await collection.run(lambda shard: shard.info())
    schema = {
        field: {
            **({"data_type": kind} if isinstance(kind, str) else _params_info(kind)),
            "points": sum(info.payload_schema[field].points for info in infos),
        }
        for field, kind in collection.entry["indexes"].items()
    }
    return {
        "status": "green",
        "optimizer_status": "ok",
        "indexed_vectors_count": sum(info.indexed_vectors_count for info in infos),
        "points_count": sum(info.points_count for info in infos),
        "segments_count": sum(info.segments_count for info in infos),
        "config": config_info(collection.config),
        "payload_schema": schema,
        "update_queue": {"length": 0},
        "created_at": collection.entry["created_at"],
    }


def _params_info(schema: Json) -> Json:
    return {"data_type": schema["type"], "params": schema}


async def _create_index(request: Request) -> Json:
    collection = collection_of(request)
    body = await body_of(request, _INDEX)
    field, schema = body["field_name"], body.get("field_schema")
    if schema is None:
        text = "Format error in JSON body: field_schema is required"
        raise Refused(400, text)
    operation = edge.UpdateOperation.create_field_index(field, index_params(schema))
    number = await collection.update(operation)
    catalogue_of(request).keep_index(request.path_params["name"], field, schema)
    return {"operation_id": number, "status": "completed"}


async def _delete_index(request: Request) -> Json:
    collection, field = collection_of(request), request.path_params["field"]
    number = await collection.update(edge.UpdateOperation.delete_field_index(field))
    catalogue_of(request).keep_index(request.path_params["name"], field, None)
    return {"operation_id": number, "status": "completed"}


async def _change_aliases(request: Request) -> bool:
    catalogue_of(request).change_aliases((await body_of(request, _ALIASES))["actions"])
    return True


async def _aliases(request: Request) -> Json:
    return _shown_aliases(catalogue_of(request).aliases)


async def _own_aliases(request: Request) -> Json:
    name = request.path_params["name"]
    collection_of(request)
    aliases = catalogue_of(request).aliases
    return _shown_aliases({alias: owner for alias, owner in aliases.items() if owner == name})


def _shown_aliases(aliases: dict[str, str]) -> Json:
    return {
        "aliases": [
            {"alias_name": alias, "collection_name": owner} for alias, owner in aliases.items()
        ]
    }


_ONE = "/collections/{name}"
COLLECTION_ROUTES: Sequence[Route] = (
    Route("/collections", answered(_list), methods=["GET"]),
    Route("/collections/aliases", answered(_change_aliases), methods=["POST"]),
    Route("/aliases", answered(_aliases), methods=["GET"]),
    Route(_ONE, answered(_info), methods=["GET"]),
    Route(_ONE, answered(_create), methods=["PUT"]),
    Route(_ONE, answered(_patch), methods=["PATCH"]),
    Route(_ONE, answered(_delete), methods=["DELETE"]),
    Route(f"{_ONE}/exists", answered(_exists), methods=["GET"]),
    Route(f"{_ONE}/aliases", answered(_own_aliases), methods=["GET"]),
    Route(f"{_ONE}/index", answered(_create_index), methods=["PUT"]),
    Route(f"{_ONE}/index/{{field}}", answered(_delete_index), methods=["DELETE"]),
)
