"""The engine on a server: answers requests about points with requests to one Qdrant collection."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from functools import singledispatchmethod
from typing import TypeVar, cast

from qdrant_client import AsyncQdrantClient, models
from qdrant_client.context_headers import async_headers

from netgpt_docs_service.store import schema
from netgpt_docs_service.store.bm25 import bm25_model
from netgpt_docs_service.store.filters import ScopedFilter
from netgpt_docs_service.store.point_reads import Count, Rank, Retrieve, Scores, Scroll
from netgpt_docs_service.store.point_writes import Delete, Fence, Flush, Upsert
from netgpt_docs_service.store.points import AnswerT_co, Point, Request
from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_faults import Unapplied
from netgpt_docs_service.store.server_filters import among, server_filter, tenant_of
from netgpt_docs_service.store.server_points import batches, point_struct, points_of
from netgpt_docs_service.store.server_ranking import ranked
from netgpt_docs_service.store.server_replicas import Consistency
from netgpt_docs_service.store.server_settling import settled

AnswerT = TypeVar("AnswerT")

MAX_DELETED = 512
"""Most ids of one deletion: the server removes that many at once."""


class ServerEngine:
    """One collection of a Qdrant server, under its alias; every write is waited for.

    A write that is answered was written to the log of every replica that counts and is applied
    there. One that changes many points may be seen, or fail, in the middle.
    """

    def __init__(
        self,
        client: AsyncQdrantClient,
        calls: ServerCalls,
        *,
        consistency: Consistency = 1,
        attempt_timeout_s: int = 10,
    ) -> None:
        """Ask `consistency` replicas for each read, and let the server work `attempt_timeout_s`."""
        self._client = client
        self._calls = calls
        self._collection = calls.server.collection
        self._consistency = consistency
        self._timeout_s = attempt_timeout_s
        self._bm25 = bm25_model()

    async def call(self, request: Request[AnswerT_co]) -> AnswerT_co:
        """Return the answer; raises what PointEngine says."""
        return cast("AnswerT_co", await self._answer(request))

    @singledispatchmethod
    async def _answer(self, request: object) -> object:
        msg = f"no engine answers {request!r}"
        raise TypeError(msg)

    @_answer.register
    async def _(self, request: Retrieve) -> list[Point]:
        async def read(consistency: Consistency = self._consistency) -> list[Point]:
            records = await self._read(
                "retrieve",
                request.tenant,
                lambda: self._client.retrieve(
                    self._collection,
                    request.ids,
                    consistency=consistency,
                    timeout=self._timeout_s,
                ),
            )
            return points_of(records)

        if not request.is_settled:
            return await read()
        return await settled(request.ids, read, sleep=self._calls.sleep)

    @_answer.register
    async def _(self, request: Scroll) -> tuple[list[Point], str | None]:
        matching = server_filter(request.filter)
        records, following = await self._read(
            "scroll",
            tenant_of(request.filter),
            lambda: self._client.scroll(
                self._collection,
                scroll_filter=matching,
                limit=request.limit,
                offset=request.offset,
                with_payload=True if request.fields is None else list(request.fields),
                with_vectors=[schema.DENSE] if request.with_vector else False,
                consistency=self._consistency,
                timeout=self._timeout_s,
            ),
        )
        return points_of(records), None if following is None else str(following)

    @_answer.register
    async def _(self, request: Count) -> int:
        matching = None if request.filter is None else server_filter(request.filter)
        tenant = None if request.filter is None else tenant_of(request.filter)
        return await self._read("count", tenant, lambda: self._count(matching))

    @_answer.register
    async def _(self, request: Rank) -> Scores:
        async def ask(queries: Sequence[models.QueryRequest]) -> list[models.QueryResponse]:
            return await self._read(
                "rank",
                tenant_of(request.filter),
                lambda: self._client.query_batch_points(
                    self._collection,
                    queries,
                    consistency=self._consistency,
                    timeout=self._timeout_s,
                ),
            )

        return await ranked(request, self._bm25.embed_query(request.words), ask)

    @_answer.register
    async def _(self, request: Upsert) -> None:
        if request.condition is not None or request.update_only:
            mode = models.UpdateMode.UPDATE_ONLY if request.update_only else None
            await self._upsert("flip", request.points, request.condition, mode)
            return
        for batch in batches(request.points):
            await self._upsert("upsert", batch)

    @_answer.register
    async def _(self, request: Fence) -> None:
        mode = models.UpdateMode.UPDATE_ONLY
        await self._upsert("fence", [request.point], request.condition, mode)

    @_answer.register
    async def _(self, request: Delete) -> None:
        for start in range(0, len(request.ids), MAX_DELETED):
            ids = request.ids[start : start + MAX_DELETED]
            await self._delete(ids, request.condition)

    @_answer.register
    async def _(self, _request: Flush) -> None:
        """Do nothing: what was answered to a write that is waited for is in the log, on disk."""

    async def _count(self, matching: models.Filter | None) -> int:
        # By the client's inner interface: its `count` cannot say how many replicas to ask.
        answer = await self._client.http.points_api.count_points(
            self._collection,
            count_request=models.CountRequest(filter=matching, exact=True),
            consistency=self._consistency,
            timeout=self._timeout_s,
        )
        if answer.result is None:
            msg = "a count without a result"
            raise ValueError(msg)
        return answer.result.count

    async def _upsert(
        self,
        operation: str,
        points: Sequence[Point],
        condition: ScopedFilter | None = None,
        mode: models.UpdateMode | None = None,
    ) -> None:
        structs = await asyncio.to_thread(self._structs, points)
        matching = None if condition is None else server_filter(condition)
        await self._write(
            operation,
            lambda: self._client.upsert(
                self._collection,
                structs,
                wait=True,
                ordering=None if matching is None else models.WriteOrdering.STRONG,
                update_filter=matching,
                update_mode=mode,
                timeout=self._timeout_s,
            ),
        )

    def _structs(self, points: Sequence[Point]) -> list[models.PointStruct]:
        return [point_struct(point, self._bm25) for point in points]

    async def _delete(self, ids: Sequence[str], condition: ScopedFilter | None) -> None:
        selected: models.PointsSelector = models.PointIdsList(points=list(ids))
        if condition is not None:
            selected = models.FilterSelector(filter=among(ids, condition))
        await self._write(
            "delete",
            lambda: self._client.delete(
                self._collection,
                selected,
                wait=True,
                ordering=None if condition is None else models.WriteOrdering.STRONG,
                timeout=self._timeout_s,
            ),
        )

    async def _read(
        self, operation: str, tenant: str | None, ask: Callable[[], Awaitable[AnswerT]]
    ) -> AnswerT:
        async def attempt() -> AnswerT:
            async with async_headers(_route(tenant)):
                return await ask()

        return await self._calls.run(operation, attempt)

    async def _write(
        self, operation: str, ask: Callable[[], Awaitable[models.UpdateResult]]
    ) -> None:
        async def attempt() -> None:
            result = await ask()
            if result.status is not models.UpdateStatus.COMPLETED:
                raise Unapplied(result.status.value)

        await self._calls.run(operation, attempt)


def _route(tenant: str | None) -> dict[str, str]:
    """Keep one tenant's reads on one replica, so that no later one sees less than an earlier."""
    if tenant is None:
        return {}
    # Hashed, because proxies log headers and a tenant's name is nobody's business there.
    route = hashlib.sha256(tenant.encode()).hexdigest()[:16]
    return {"X-Qdrant-Route-Affinity": route}
