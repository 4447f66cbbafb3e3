"""The routes of nodes: versions, health, peers, and where the replicas of a collection are.

Every peer of the face is an address of the same process, and every peer can answer everything;
only a snapshot is refused by a peer that has no replica of its shard, as a server refuses it. A
peer that a test declares dead still has an address: what others can do without it is refused there,
as everywhere, with a server's own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import qdrant_edge as edge
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.support.qdrant_face.answers import answered, catalogue_of, collection_of
from tests.support.qdrant_face.face_collection import FaceCollection
from tests.support.qdrant_face.refusals import Refused

Json: TypeAlias = dict[str, Any]

VERSION = "1.20.0"
_FIRST_PEER_ID = 4_000_000_000_001


def is_local(request: Request, collection: FaceCollection, shard_id: int) -> bool:
    """Say whether the peer that is asked has a replica of the shard."""
    return _peer_number(request) in _replicas(request, collection, shard_id)


def check_readable(request: Request, collection: FaceCollection) -> None:
    """Refuse a read that asks more replicas than are active."""
    asked = request.query_params.get("consistency", "1")
    for shard_id, replicas in enumerate(_all_replicas(request, collection)):
        total = len(replicas)
        # A majority needs all of them active: it is counted among the answers of all.
        words = {"all": total, "majority": total, "quorum": total // 2 + 1}
        required = words[asked] if asked in words else min(max(1, int(asked)), total)
        if len(_active(request, replicas)) < required:
            peer = _peer_id(_peer_number(request))
            text = (
                f"The replica set for shard {shard_id} on peer {peer} does not have enough active "
                "replicas"
            )
            raise Refused(500, f"Service internal error: {text}")


def check_writable(request: Request, collection: FaceCollection) -> None:
    """Refuse a write whose leader is dead, or that too few replicas can take."""
    factor = collection.config.get("write_consistency_factor") or 1
    for replicas in _all_replicas(request, collection):
        active, leader = _active(request, replicas), max(replicas)
        if request.query_params.get("ordering") == "strong" and leader not in active:
            text = (
                "Failed to apply update with Strong ordering via leader peer "
                f"{_peer_id(leader)}: The connection was refused"
            )
            raise Refused(500, f"Service internal error: {text}")
        if len(active) < min(factor, len(replicas)):
            text = f"Failed to apply operation to at least `write_consistency_factor` ({factor})"
            raise Refused(500, f"Service internal error: {text} replicas")


async def _change_state(request: Request) -> bool:
    """Declare a peer dead or active: what consensus finds out by itself on a server."""
    dead: set[int] = request.app.state.dead_peers
    number, state = request.path_params["number"], (await request.body()).decode()
    dead.add(number) if state == "Dead" else dead.discard(number)
    return True


async def _version(_request: Request) -> Response:
    return JSONResponse({"title": "qdrant - vector search engine", "version": VERSION})


async def _health(request: Request) -> Response:
    return PlainTextResponse(f"{request.url.path.strip('/')} check passed")


async def _metrics(request: Request) -> Response:
    count = len(catalogue_of(request).names())
    return PlainTextResponse(f"collections_total {count}\n")


async def _cluster(request: Request) -> Json:
    ports = request.app.state.ports
    if len(ports) == 1:
        return {"status": "disabled"}
    return {
        "status": "enabled",
        "peer_id": _peer_id(_peer_number(request)),
        "peers": {
            str(_peer_id(number)): {"uri": f"http://127.0.0.1:{port}/"}
            for number, port in enumerate(ports)
        },
        "raft_info": {
            "term": 1,
            "commit": 1,
            "pending_operations": 0,
            "leader": _peer_id(0),
            "role": "Leader" if _peer_number(request) == 0 else "Follower",
            "is_voter": True,
        },
        "consensus_thread_status": {
            "consensus_thread_status": "working",
            "last_update": "2026-01-01T00:00:00Z",
        },
        "message_send_failures": {},
    }


async def _collection_cluster(request: Request) -> Json:
    collection = collection_of(request)
    asked = edge.CountRequest(exact=True)
    counts = await collection.run(lambda shard: shard.count(asked))
    own = _peer_number(request)
    local: list[Json] = []
    remote: list[Json] = []
    for shard_id, count in enumerate(counts):
        for number in _replicas(request, collection, shard_id):
            is_dead = number in request.app.state.dead_peers
            shard = {"shard_id": shard_id, "state": "Dead" if is_dead else "Active"}
            if number == own:
                local.append(shard | {"points_count": count})
            else:
                remote.append(shard | {"peer_id": _peer_id(number)})
    return {
        "peer_id": _peer_id(own),
        "shard_count": len(counts),
        "local_shards": local,
        "remote_shards": remote,
        "shard_transfers": [],
    }


def _replicas(request: Request, collection: FaceCollection, shard_id: int) -> list[int]:
    peer_count = len(request.app.state.ports)
    factor = min(collection.config.get("replication_factor") or 1, peer_count)
    return [(shard_id + place) % peer_count for place in range(factor)]


def _all_replicas(request: Request, collection: FaceCollection) -> list[list[int]]:
    return [_replicas(request, collection, number) for number in range(len(collection.shards))]


def _active(request: Request, replicas: Sequence[int]) -> list[int]:
    return [number for number in replicas if number not in request.app.state.dead_peers]


def _peer_number(request: Request) -> int:
    ports: list[int] = request.app.state.ports
    server = request.scope.get("server") or ("", ports[0])
    return ports.index(server[1])


def _peer_id(number: int) -> int:
    return _FIRST_PEER_ID + number


CLUSTER_ROUTES: Sequence[Route] = (
    Route("/", _version),
    Route("/healthz", _health),
    Route("/livez", _health),
    Route("/readyz", _health),
    Route("/metrics", _metrics),
    Route("/cluster", answered(_cluster)),
    Route("/face/peers/{number:int}/state", answered(_change_state), methods=["PUT"]),
    Route("/collections/{name}/cluster", answered(_collection_cluster)),
)
