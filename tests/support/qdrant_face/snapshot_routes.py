"""The routes of shard snapshots: streamed without a copy, or kept until they are deleted."""

from __future__ import annotations

import asyncio
import hashlib
import tarfile
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, TypeAlias

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.qdrant_face.answers import answered, catalogue_of, collection_of
from tests.support.qdrant_face.cluster_routes import is_local
from tests.support.qdrant_face.face_collection import FaceCollection
from tests.support.qdrant_face.refusals import Refused

Json: TypeAlias = dict[str, Any]

_PIECE_BYTES = 1 << 16


async def _stream(request: Request) -> Response:
    collection, shard_id = _local_shard(request)
    archive = TemporaryFile()  # noqa: SIM115  closed when it was sent
    await _archive(collection, shard_id, archive)
    archive.seek(0)

    async def pieces() -> AsyncIterator[bytes]:
        with archive:
            while piece := archive.read(_PIECE_BYTES):
                yield piece

    return StreamingResponse(pieces(), media_type="application/x-tar")


async def _create(request: Request) -> Json:
    collection, shard_id = _local_shard(request)
    folder = _folder(request)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{request.path_params['name']}-shard-{shard_id}-{datetime.now(UTC):%Y-%m-%d-%H-%M-%S}"
    path = folder / f"{name}.snapshot"
    with path.open("wb") as archive:
        await _archive(collection, shard_id, archive)
    return _description(path)


async def _list(request: Request) -> list[Json]:
    _local_shard(request)
    folder = _folder(request)
    return [_description(path) for path in sorted(folder.glob("*.snapshot"))]


async def _download(request: Request) -> FileResponse:
    _local_shard(request)
    return FileResponse(_kept(request))


async def _delete(request: Request) -> bool:
    _local_shard(request)
    _kept(request).unlink()
    return True


async def _archive(collection: FaceCollection, shard_id: int, archive: IO[bytes]) -> None:
    async with collection.flushed(shard_id) as folder:
        await asyncio.to_thread(_pack, folder, archive)


def _pack(folder: Path, archive: IO[bytes]) -> None:
    """Write all but the log, which says nothing that a flushed shard does not have."""
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path in sorted(folder.iterdir()):
            if path.name != "wal":
                tar.add(path, arcname=path.name)


def _local_shard(request: Request) -> tuple[FaceCollection, int]:
    collection, shard_id = collection_of(request), int(request.path_params["shard"])
    if shard_id >= len(collection.shards):
        raise Refused(404, f"Not found: Shard {shard_id} not found")
    if not is_local(request, collection, shard_id):
        raise Refused(400, f"Wrong input: Shard {shard_id} is not a local shard")
    return collection, shard_id


def _folder(request: Request) -> Path:
    params = request.path_params
    folder: Path = catalogue_of(request).snapshots / params["name"] / str(params["shard"])
    return folder


def _kept(request: Request) -> Path:
    name = request.path_params["snapshot"]
    path: Path = _folder(request) / name
    if not path.is_file():
        raise Refused(404, f"Not found: Snapshot {name} not found")
    return path


def _description(path: Path) -> Json:
    content = path.read_bytes()
    created = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return {
        "name": path.name,
        "creation_time": f"{created:%Y-%m-%dT%H:%M:%S}",
        "size": len(content),
        "checksum": hashlib.sha256(content).hexdigest(),
    }


_SHARD = "/collections/{name}/shards/{shard:int}"
SNAPSHOT_ROUTES: Sequence[Route] = (
    Route(f"{_SHARD}/snapshot", answered(_stream), methods=["GET"]),
    Route(f"{_SHARD}/snapshots", answered(_create), methods=["POST"]),
    Route(f"{_SHARD}/snapshots", answered(_list), methods=["GET"]),
    Route(f"{_SHARD}/snapshots/{{snapshot}}", answered(_download), methods=["GET"]),
    Route(f"{_SHARD}/snapshots/{{snapshot}}", answered(_delete), methods=["DELETE"]),
)
