"""Whether a server may be used at all: new enough, closed to strangers, and our key is known."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import TypeVar

from qdrant_client import AsyncQdrantClient

from netgpt_docs_service.errors import ConfigurationError, ServiceError
from netgpt_docs_service.store.server_calls import ServerCalls
from netgpt_docs_service.store.server_client import ServerAccess
from netgpt_docs_service.store.server_faults import ServerFault
from netgpt_docs_service.store.store_observer import Outcome

AnswerT = TypeVar("AnswerT")

_LOG = logging.getLogger(__name__)
_OPERATION = "prepare"
_OLDEST = (1, 19)
"""Before it, a deletion by a condition could come undone: qdrant/qdrant issue 9575."""


async def admit_server(
    client: AsyncQdrantClient,
    calls: ServerCalls,
    access: ServerAccess,
    *,
    connect: Callable[[ServerAccess], AbstractAsyncContextManager[AsyncQdrantClient]],
) -> str:
    """Return the server's version when it may be used; ConfigurationError says what is wrong.

    `connect` opens another client, to try what a stranger without a key is told.
    """
    version = await _checked_version(client, calls)
    async with connect(replace(access, api_key=None)) as stranger:
        is_closed = await _is_refused(stranger, calls)
    address = calls.server.address
    if not is_closed:
        _refuse_or_warn(address, is_allowed=access.allows_unauthenticated)
    elif access.api_key is None:
        message = f"Qdrant at {address} asks for a key: set QDRANT_API_KEY"
        raise ConfigurationError(message)
    elif await _is_refused(client, calls):
        message = f"Qdrant at {address} does not know QDRANT_API_KEY"
        raise ConfigurationError(message)
    return version


async def _checked_version(client: AsyncQdrantClient, calls: ServerCalls) -> str:
    answer = await _asked(client.info, calls)
    found = re.match(r"(\d+)\.(\d+)", answer.version)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < _OLDEST:
        message = (
            f"Qdrant at {calls.server.address} is version {answer.version!r}; "
            f"{_OLDEST[0]}.{_OLDEST[1]} or newer is needed"
        )
        raise ConfigurationError(message)
    return answer.version


async def _is_refused(client: AsyncQdrantClient, calls: ServerCalls) -> bool:
    try:
        await calls.run_or_fault(_OPERATION, client.get_collections)
    except ServerFault as fault:
        if fault.outcome is Outcome.KEY_REFUSED:
            return True
        raise _final(fault, calls) from fault
    return False


async def _asked(attempt: Callable[[], Awaitable[AnswerT]], calls: ServerCalls) -> AnswerT:
    try:
        return await calls.run_or_fault(_OPERATION, attempt)
    except ServerFault as fault:
        raise _final(fault, calls) from fault


def _final(fault: ServerFault, calls: ServerCalls) -> ServiceError:
    """Say what a failure means when nothing but the address can be wrong with the request."""
    if fault.outcome is Outcome.REJECTED:
        message = f"the store at {calls.server.address} cannot be used: {fault.note}"
        return ConfigurationError(message)
    if fault.note:
        _LOG.warning("%s: %s", _OPERATION, fault.note)
    return fault.error


def _refuse_or_warn(address: str, *, is_allowed: bool) -> None:
    message = (
        f"Qdrant at {address} answers without a key: whoever reaches it reads and deletes "
        "everything. Set QDRANT__SERVICE__API_KEY there and QDRANT_API_KEY here"
    )
    if not is_allowed:
        refusal = f"{message}, or QDRANT_ALLOW_UNAUTHENTICATED=true if nobody else can reach it"
        raise ConfigurationError(refusal)
    _LOG.warning("%s (QDRANT_ALLOW_UNAUTHENTICATED is true)", message)
