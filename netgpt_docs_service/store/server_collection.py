"""The collection on a server: made when there is none, else compared before anything is stored."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from qdrant_client import AsyncQdrantClient, models

from netgpt_docs_service.errors import ConfigurationError, ServiceError, StartupError
from netgpt_docs_service.store import schema
from netgpt_docs_service.store.collection_description import Description, compare
from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_faults import ServerFault
from netgpt_docs_service.store.server_layout import (
    check_layout,
    creation,
    missing_indexes,
)
from netgpt_docs_service.store.server_replicas import Replicas, ReplicaWish
from netgpt_docs_service.store.store_observer import Outcome

AnswerT = TypeVar("AnswerT")

_LOG = logging.getLogger(__name__)
_OPERATION = "prepare"
_ALREADY_THERE = (400, 409)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCollection:
    """The collection behind the alias `name`: what it must be, and what it is made as."""

    client: AsyncQdrantClient
    calls: ServerCalls
    dimension: int
    description: Description
    wish: ReplicaWish
    timeout_s: int
    filterable: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The alias; the collection itself has this name with a number."""
        return self.calls.server.collection

    @property
    def _where(self) -> str:
        return f"collection {self.name!r} in Qdrant at {self.calls.server.address}"

    async def prepare(self) -> None:
        """Make sure that the collection is there and fits; others may be doing the same.

        The alias comes last: where it is, the collection is complete. Raises StartupError when
        what is there does not fit, StoreUnavailable when the server does not answer.
        """
        target = await self._target()
        real_name = target or f"{self.name}-1"
        if target is None:
            await self._refuse_plain_collection()
            await self._create(real_name)
        info = await self._info(real_name)
        self._check(info)
        for name, kind in missing_indexes(info, self.filterable).items():
            await self._index(real_name, name, kind)
        if target is None:
            await self._point_alias(real_name)

    async def _target(self) -> str | None:
        listed = await self._ask(self.client.get_aliases)
        return next(
            (each.collection_name for each in listed.aliases if each.alias_name == self.name), None
        )

    async def _refuse_plain_collection(self) -> None:
        if await self._exists(self.name) and await self._target() is None:
            message = (
                f"{self._where} is a collection of that name; this service needs an alias there: "
                "set another COLLECTION_NAME, or restore the collection under another name and "
                f"give it the alias {self.name!r}"
            )
            raise StartupError(message)

    async def _exists(self, name: str) -> bool:
        return await self._ask(lambda: self.client.collection_exists(name))

    async def _create(self, real_name: str) -> None:
        if await self._exists(real_name):
            return
        replicas = self.wish.granted(await self._peers())
        try:
            await self.calls.run_or_fault(
                _OPERATION,
                lambda: self.client.create_collection(
                    real_name,
                    shard_number=replicas.shards,
                    replication_factor=replicas.replication,
                    write_consistency_factor=replicas.write_consistency,
                    metadata={**schema.layout(self.dimension), **self.description},
                    timeout=self.timeout_s,
                    **creation(self.dimension),
                ),
            )
        except ServerFault as fault:
            if fault.status not in _ALREADY_THERE or not await self._exists(real_name):
                raise self._final(fault) from fault
        else:
            _LOG.info("made collection %s in Qdrant with %s", real_name, replicas)

    async def _peers(self) -> int:
        status = await self._ask(self.client.cluster_status)
        return len(status.peers) if isinstance(status, models.ClusterStatusOneOf1) else 1

    async def _info(self, real_name: str) -> models.CollectionInfo:
        return await self._ask(lambda: self.client.get_collection(real_name))

    def _check(self, info: models.CollectionInfo) -> None:
        wanted = {**schema.layout(self.dimension), **self.description}
        remedy = "set another COLLECTION_NAME"
        compare(info.config.metadata or {}, wanted, where=self._where, remedy=remedy)
        check_layout(info, self.dimension, where=self._where)
        params = info.config.params
        stored = Replicas(
            shards=params.shard_number or 1,
            replication=params.replication_factor or 1,
            write_consistency=params.write_consistency_factor or 1,
        )
        for difference in self.wish.differences(stored):
            _LOG.warning("%s: %s", self._where, difference)

    async def _index(
        self,
        real_name: str,
        field: str,
        kind: models.PayloadSchemaType | models.KeywordIndexParams,
    ) -> None:
        await self._ask(
            lambda: self.client.create_payload_index(
                real_name,
                field,
                kind,
                wait=True,
                timeout=self.timeout_s,
            ),
        )

    async def _point_alias(self, real_name: str) -> None:
        alias = models.CreateAlias(collection_name=real_name, alias_name=self.name)
        operation = models.CreateAliasOperation(create_alias=alias)
        try:
            await self.calls.run_or_fault(
                _OPERATION,
                lambda: self.client.update_collection_aliases([operation], timeout=self.timeout_s),
            )
        except ServerFault as fault:
            if fault.status not in _ALREADY_THERE or await self._target() != real_name:
                raise self._final(fault) from fault

    async def _ask(self, attempt: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        try:
            return await self.calls.run_or_fault(_OPERATION, attempt)
        except ServerFault as fault:
            raise self._final(fault) from fault

    def _final(self, fault: ServerFault) -> ServiceError:
        """Say what a failure means at start, when no caller has sent anything."""
        if fault.outcome is Outcome.KEY_REFUSED:
            message = (
                f"{self._where}: QDRANT_API_KEY may not look at it or make it; a key that may "
                "manage collections is needed until it is made"
            )
            return ConfigurationError(message)
        if fault.outcome is Outcome.REJECTED:
            return StartupError(f"{self._where} cannot be made: {fault.note}")
        return fault.error
