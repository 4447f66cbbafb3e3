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
from netgpt_docs_service.store.server_faults import ServerFault, Unapplied
from netgpt_docs_service.store.server_layout import (
    check_layout,
    creation,
    memory_differences,
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
    is_only_compared: bool = False
    """Whether nothing is made: what is missing is only told."""
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
            self._require_making()
            await self._create(real_name)
        info = await self._info(real_name)
        self._check(info)
        await self._check_replicas(info, real_name)
        await self._make_indexes(info, real_name)
        if target is None:
            await self._point_alias(real_name)

    def _require_making(self) -> None:
        if self.is_only_compared:
            message = f"{self._where} is not there: nothing was ever stored under that alias"
            raise ConfigurationError(message)

    async def _make_indexes(self, info: models.CollectionInfo, real_name: str) -> None:
        missing = missing_indexes(info, self.filterable)
        if self.is_only_compared and missing:
            _LOG.warning("%s has no payload index of %s", self._where, ", ".join(missing))
            return
        for name, kind in missing.items():
            await self._index(real_name, name, kind)

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
        replicas = self.wish.granted(await self._peers() or 1)
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

    async def _peers(self) -> int | None:
        """Count the nodes of the cluster; None where the server is alone or does not tell us."""
        try:
            status = await self.calls.run_or_fault(_OPERATION, self.client.cluster_status)
        except ServerFault as fault:
            if fault.outcome is Outcome.KEY_REFUSED:
                return None
            raise self._final(fault) from fault
        return len(status.peers) if isinstance(status, models.ClusterStatusOneOf1) else None

    async def _info(self, real_name: str) -> models.CollectionInfo:
        return await self._ask(lambda: self.client.get_collection(real_name))

    def _check(self, info: models.CollectionInfo) -> None:
        wanted = {**schema.layout(self.dimension), **self.description}
        remedy = "set another COLLECTION_NAME"
        compare(info.config.metadata or {}, wanted, where=self._where, remedy=remedy)
        check_layout(info, self.dimension, where=self._where)
        for difference in memory_differences(info):
            _LOG.warning("%s: %s", self._where, difference)

    async def _check_replicas(self, info: models.CollectionInfo, real_name: str) -> None:
        """Warn of other copies than were asked for, and of fewer than the cluster could give."""
        params = info.config.params
        stored = Replicas(
            shards=params.shard_number or 1,
            replication=params.replication_factor or 1,
            write_consistency=params.write_consistency_factor or 1,
        )
        for difference in self.wish.differences(stored):
            _LOG.warning("%s: %s", self._where, difference)
        peers = await self._peers()
        for shortfall in () if peers is None else self.wish.shortfalls(stored, peers, real_name):
            _LOG.warning("%s: %s", self._where, shortfall)

    async def _index(
        self,
        real_name: str,
        field: str,
        kind: models.PayloadSchemaType | models.KeywordIndexParams,
    ) -> None:
        async def attempt() -> None:
            result = await self.client.create_payload_index(
                real_name, field, kind, wait=True, timeout=self.timeout_s
            )
            if result.status is not models.UpdateStatus.COMPLETED:
                raise Unapplied(result.status.value)

        await self._ask(attempt)

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
                f"{self._where}: QDRANT_API_KEY may not look at it or make it. If it is there, the "
                "key may not be allowed to see the collection behind the alias: it needs `prw` on "
                f"{self.name!r} and on {f'{self.name}-1'!r}. If it is not, or an index is missing, "
                "one start with a key that may manage collections is needed"
            )
            return ConfigurationError(message)
        if fault.outcome is Outcome.REJECTED:
            return StartupError(f"{self._where} cannot be made: {fault.note}")
        return fault.error
