"""One collection: its shards on disk, and what is done to all of them."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import qdrant_edge as edge

from tests.support.qdrant_face.collection_layout import engine_config, index_params
from tests.support.qdrant_face.refusals import Refused
from tests.support.qdrant_face.strict_mode import StrictMode

Json: TypeAlias = dict[str, Any]
AnswerT = TypeVar("AnswerT")
ItemT = TypeVar("ItemT")

_UPSERT_BITE, _DELETE_BITE = 32, 512  # points that become visible together on a server
_OPTIMIZE_AFTER = 2_000  # points
_LOCK_TIMEOUT_S = 10.0
_RETRY_S = 0.02
_BAD_INPUT = ("Vector dimension", "Not existing vector name", "Wrong usage", "parse", "sparse")


class FaceCollection:
    """Shards asked one request at a time, in a thread: the engine holds the interpreter."""

    def __init__(self, folder: Path, entry: Json) -> None:
        """Open the shards in `folder`, creating them if it is not there."""
        self.entry = entry
        self._folder = folder
        self._lock = asyncio.Lock()
        self._operation_id = 0
        self._unoptimized = 0
        if not folder.exists():
            self._create()
        self.shards = [_loaded(path) for path in self._paths()]

    @property
    def config(self) -> Json:
        config: Json = self.entry["config"]
        return config

    @property
    def strict_mode(self) -> StrictMode:
        limits = self.config.get("strict_mode_config") or {}
        return StrictMode(limits, self.entry["indexes"], self.config)

    async def run(self, work: Callable[[edge.EdgeShard], AnswerT]) -> list[AnswerT]:
        """Do `work` on each shard, in order, while nothing else is done to any of them."""
        async with self._lock:
            return await asyncio.to_thread(
                lambda: [_translated(work, each) for each in self.shards]
            )

    async def upsert(
        self, points: Sequence[edge.Point], condition: edge.Filter | None, mode: edge.UpdateMode
    ) -> int:
        """Apply an upsert in bites between which readers see half of it, as on a server."""
        self._operation_id += 1
        for bite in _bites(points, _UPSERT_BITE):
            await self._update(
                lambda own: edge.UpdateOperation.upsert_points(own, condition, mode),
                bite,
                id_of=lambda point: point.id,
            )
        await self._optimize(after=len(points))
        return self._operation_id

    async def delete(self, ids: Sequence[edge.PointId]) -> int:
        self._operation_id += 1
        for bite in _bites(ids, _DELETE_BITE):
            await self._update(edge.UpdateOperation.delete_points, bite, id_of=lambda each: each)
        return self._operation_id

    async def update(self, operation: edge.UpdateOperation) -> int:
        """Apply what concerns every shard."""
        self._operation_id += 1
        await self.run(lambda shard: shard.update(operation))
        return self._operation_id

    async def set_payload(self, ids: Sequence[edge.PointId], payload: Json, key: str | None) -> int:
        self._operation_id += 1
        await self._update(
            lambda own: edge.UpdateOperation.set_payload(own, payload, key),
            ids,
            id_of=lambda each: each,
        )
        return self._operation_id

    @asynccontextmanager
    async def flushed(self, shard_id: int) -> AsyncIterator[Path]:
        """Hold a shard still, everything in its files, and name its folder."""
        async with self._lock:
            await asyncio.to_thread(self.shards[shard_id].flush)
            yield self._paths()[shard_id]

    async def _optimize(self, *, after: int) -> None:
        """Index and quantize now and then, as a server does in the background."""
        self._unoptimized += after
        if self._unoptimized >= _OPTIMIZE_AFTER:
            self._unoptimized = 0
            await self.run(lambda shard: shard.optimize())

    def close(self) -> None:
        for shard in self.shards:
            shard.flush()
            shard.close()

    def remove(self) -> None:
        for shard in self.shards:
            shard.close()
        shutil.rmtree(self._folder)

    async def _update(
        self,
        operation: Callable[[list[ItemT]], edge.UpdateOperation],
        items: Sequence[ItemT],
        *,
        id_of: Callable[[ItemT], edge.PointId],
    ) -> None:
        owned: dict[int, list[ItemT]] = {}
        for item in items:
            owned.setdefault(self._owner(id_of(item)), []).append(item)
        numbers = {id(shard): number for number, shard in enumerate(self.shards)}

        def apply(shard: edge.EdgeShard) -> None:
            own = owned.get(numbers[id(shard)])
            if own:
                shard.update(operation(own))

        await self.run(apply)

    def _owner(self, point_id: edge.PointId) -> int:
        if len(self.shards) == 1:
            return 0
        digest = hashlib.sha256(str(point_id).encode()).digest()
        return int.from_bytes(digest[:4], "big") % len(self.shards)

    def _paths(self) -> list[Path]:
        return [self._folder / str(number) for number in range(self.config["shard_number"])]

    def _create(self) -> None:
        draft = self._folder.with_name(f"{self._folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        for path in self._paths():
            own = draft / path.name
            own.mkdir(parents=True)
            shard = edge.EdgeShard.create(str(own), engine_config(self.config))
            for field, schema in self.entry["indexes"].items():
                shard.update(edge.UpdateOperation.create_field_index(field, index_params(schema)))
            shard.flush()
            shard.close()
        draft.rename(self._folder)


def _loaded(path: Path) -> edge.EdgeShard:
    """Load a shard; a face that was stopped a moment ago may still be closing it."""
    deadline = time.monotonic() + _LOCK_TIMEOUT_S
    while True:
        try:
            return edge.EdgeShard.load(str(path))
        except Exception as error:
            if "WouldBlock" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_S)


def _translated(work: Callable[[edge.EdgeShard], AnswerT], shard: edge.EdgeShard) -> AnswerT:
    """Answer what the engine refuses as the server does, which has the same engine inside."""
    try:
        return work(shard)
    except Refused:
        raise
    except Exception as error:
        text = str(error)
        if isinstance(error, ValueError) or any(known in text for known in _BAD_INPUT):
            raise Refused(400, f"Wrong input: {text}") from error
        raise Refused(500, f"Service internal error: {text}") from error


def _bites(items: Sequence[ItemT], size: int) -> Iterable[Sequence[ItemT]]:
    return (items[start : start + size] for start in range(0, len(items), size))
