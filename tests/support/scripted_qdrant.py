"""What a Qdrant server would answer, without a socket: one collection, and failures on demand."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx

from netgpt_docs_service.store.circuit_breaker import CircuitBreaker
from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_faults import Server
from netgpt_docs_service.store.store_observer import CircuitState, Outcome

KEY = "the-key-of-the-server"
URL = "http://qdrant.test:6333"

Json: TypeAlias = dict[str, Any]
Failure: TypeAlias = int | Exception | httpx.Response

_DEFAULT_GRAPH: Json = {"m": 16, "ef_construct": 100, "full_scan_threshold": 10_000}
_OPTIMIZERS: Json = {"default_segment_number": 0, "flush_interval_sec": 5}


@dataclass(slots=True)
class ScriptedQdrant:
    """Answers each request, unless `failures` says how the next ones fail."""

    version: str = "1.20.0"
    knows: set[str | None] = field(default_factory=lambda: {KEY})
    peers: int = 1
    collections: dict[str, Json] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, Json] = field(default_factory=dict)
    failures: deque[Failure] = field(default_factory=deque)
    results: dict[str, object] = field(default_factory=dict)
    """What an operation on points answers, by the end of its path."""
    requests: list[httpx.Request] = field(default_factory=list)
    indexing: str = "completed"
    """How far the server is with a payload index when it answers."""
    slow_indexes: int = 0
    """So many times, it is not that far yet."""
    is_creating: asyncio.Event | None = None
    """What a new collection waits for."""
    refused_creation: int | None = None
    """The status that refuses a new collection."""
    overtaken: Callable[[], None] | None = None
    """Happens before the first creation, as if another process were quicker."""

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        await asyncio.sleep(0)
        if self.failures:
            return _failed(self.failures.popleft())
        if request.url.path == "/":
            return httpx.Response(200, json={"title": "qdrant", "version": self.version})
        if request.headers.get("api-key") not in self.knows and None not in self.knows:
            return _refused(401, "Must provide an API key")
        if self.is_creating is not None and request.method == "PUT":
            await self.is_creating.wait()
        return self._answer(request)

    def sent(self, method: str, ending: str) -> list[httpx.Request]:
        """The requests of `method` to paths with that ending."""
        return [
            each
            for each in self.requests
            if each.method == method and each.url.path.endswith(ending)
        ]

    def bodies(self, method: str, ending: str) -> list[Json]:
        return [json.loads(each.content) for each in self.sent(method, ending)]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.strip("/").split("/")
        body = json.loads(request.content) if request.content else {}
        match [request.method, *path]:
            case ["GET", "collections"]:
                return _result({"collections": [{"name": name} for name in self.collections]})
            case ["GET", "aliases"]:
                listed = [
                    {"alias_name": alias, "collection_name": name}
                    for alias, name in self.aliases.items()
                ]
                return _result({"aliases": listed})
            case ["GET", "cluster"]:
                return _result(_cluster(self.peers))
            case ["POST", "collections", "aliases"]:
                for action in body["actions"]:
                    made = action["create_alias"]
                    self.aliases[made["alias_name"]] = made["collection_name"]
                return _result(result=True)
            case [_, "collections", name, *rest]:
                return self._of_collection(request.method, name, rest, body)
        return _refused(404, "not here")

    def _of_collection(self, method: str, name: str, rest: list[str], body: Json) -> httpx.Response:
        real = self.aliases.get(name, name)
        match [method, *rest]:
            case ["GET", "exists"]:
                return _result({"exists": real in self.collections})
            case ["PUT"]:
                return self._create(name, body)
            case _ if real not in self.collections:
                return _refused(404, f"Not found: Collection `{name}` doesn't exist!")
            case ["GET"]:
                return _result(_info(self.collections[real], self.indexes))
            case ["PUT", "index"]:
                self.indexes[body["field_name"]] = _index(body["field_schema"])
                self.slow_indexes -= 1
                is_slow = self.slow_indexes >= 0
                return _result({"status": "acknowledged" if is_slow else self.indexing})
        return _result(self.results.get("/".join(rest), {"status": "completed"}))

    def _create(self, name: str, body: Json) -> httpx.Response:
        if self.overtaken is not None:
            self.overtaken()
            self.overtaken = None
        if self.refused_creation is not None:
            return _refused(self.refused_creation, "it failed")
        if name in self.collections:
            return _refused(409, f"Wrong input: Collection `{name}` already exists!")
        self.collections[name] = body
        return _result(result=True)


@dataclass(slots=True)
class Told:
    """What an engine told its observer."""

    answered: list[tuple[str, Outcome]] = field(default_factory=list)
    retries: list[str] = field(default_factory=list)
    circuit: list[CircuitState] = field(default_factory=list)

    def store_answered(self, operation: str, outcome: Outcome, *, took_s: float) -> None:
        assert took_s >= 0
        self.answered.append((operation, outcome))

    def store_retried(self, operation: str) -> None:
        self.retries.append(operation)

    def store_circuit_changed(self, state: CircuitState) -> None:
        self.circuit.append(state)


@dataclass(slots=True)
class Clock:
    """A clock that runs only while somebody sleeps by it."""

    now_s: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


def quick_calls(told: Told, clock: Clock, *, timeout_s: float = 20.0) -> ServerCalls:
    """Return calls that wait by `clock` and never by chance."""
    return ServerCalls(
        server=Server(URL, "docs"),
        observer=told,
        breaker=CircuitBreaker(clock=clock, on_change=told.store_circuit_changed),
        timeout_s=timeout_s,
        clock=clock,
        sleep=clock.sleep,
        chance=lambda: 1.0,
    )


def _failed(failure: Failure) -> httpx.Response:
    if isinstance(failure, Exception):
        raise failure
    return _refused(failure, "it failed") if isinstance(failure, int) else failure


def _refused(status: int, text: str) -> httpx.Response:
    return httpx.Response(status, json={"status": {"error": text}, "time": 0.0})


def _result(result: object) -> httpx.Response:
    return httpx.Response(200, json={"result": result, "status": "ok", "time": 0.0})


def _index(schema: str | Json) -> Json:
    if isinstance(schema, str):
        return {"data_type": schema, "points": 0}
    return {"data_type": schema["type"], "params": schema, "points": 0}


def _info(made: Json, indexes: Json) -> Json:
    names = ("vectors", "sparse_vectors")
    numbers = ("shard_number", "replication_factor", "write_consistency_factor")
    return {
        "status": "green",
        "optimizer_status": "ok",
        "segments_count": 1,
        "config": {
            "params": {name: made[name] for name in (*names, *numbers) if name in made},
            "hnsw_config": _DEFAULT_GRAPH | made.get("hnsw_config", {}),
            "optimizer_config": _OPTIMIZERS,
            "quantization_config": made.get("quantization_config"),
            "metadata": made.get("metadata"),
            "strict_mode_config": made.get("strict_mode_config"),
        },
        "payload_schema": indexes,
    }


def _cluster(peers: int) -> Json:
    if peers == 1:
        return {"status": "disabled"}
    raft = {"term": 1, "commit": 1, "pending_operations": 0, "is_voter": True}
    return {
        "status": "enabled",
        "peer_id": 1,
        "peers": {str(number): {"uri": f"http://peer{number}"} for number in range(peers)},
        "raft_info": raft,
        "consensus_thread_status": {
            "consensus_thread_status": "working",
            "last_update": "2026-01-01T00:00:00Z",
        },
        "message_send_failures": {},
    }
