"""Every way in which a Qdrant server fails us, and what each means to a caller: one table."""

from __future__ import annotations

import json
from dataclasses import dataclass

import httpx
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import (
    ApiException,
    ResponseHandlingException,
    UnexpectedResponse,
)

from netgpt_docs_service.errors import (
    InsufficientStorage,
    InvalidInput,
    ServiceError,
    StoreUnavailable,
)
from netgpt_docs_service.store.circuit_breaker import CircuitOpen
from netgpt_docs_service.store.store_observer import Outcome

FOREIGN = (
    ApiException,
    QdrantException,
    CircuitOpen,
    httpx.HTTPError,
    TimeoutError,
    ValueError,  # an answer that is no JSON
    AssertionError,  # an answer without a result, in the client's own words
)
"""What an attempt may raise, besides a cancellation."""

_THROTTLED_S = 1.0
_KEY_REFUSED_S = 60.0
_MISSING_S = 30.0
_NOBODY_THERE = (408, 502, 503, 504)  # of a gateway; 408 is the server's own end of patience
_NO_ROOM = "no space left"
_LOCKED = "Storage locked"  # an operator's lock of writes, or a snapshot being taken
_LOCKED_S = 5.0


@dataclass(frozen=True, slots=True)
class Server:
    """What messages may say of the server: its address without credentials, and the collection."""

    address: str
    collection: str


class Unapplied(ValueError):
    """A write that the server took on and had not applied when its time was over."""


class ServerFault(Exception):
    """One attempt that failed: what to tell the caller, and whether another one may help."""

    def __init__(
        self,
        error: ServiceError,
        outcome: Outcome,
        *,
        is_retryable: bool = False,
        retry_after_s: float = 0.0,
        status: int | None = None,
        note: str = "",
    ) -> None:
        """Keep `note` for the operator's log: it holds what the caller is not told."""
        super().__init__(error.message)
        self.error = error
        self.outcome = outcome
        self.is_retryable = is_retryable
        self.retry_after_s = retry_after_s
        self.status = status
        self.note = note


def fault_of(error: BaseException, server: Server) -> ServerFault:
    """Say what one of FOREIGN means: to the caller without, to the operator with the address."""
    if isinstance(error, UnexpectedResponse):
        return _refused(error, server)
    if isinstance(error, QdrantException):
        after_s = getattr(error, "retry_after_s", _THROTTLED_S)
        return _throttled(server, float(after_s))
    if isinstance(error, CircuitOpen):
        message = "the vector store could not be reached lately; nothing was sent to it"
        refusal = StoreUnavailable(message, retry_after_s=error.retry_after_s)
        return ServerFault(refusal, Outcome.CIRCUIT_OPEN)  # what opened it has been logged
    if isinstance(error, Unapplied):
        message = f"the vector store has not applied the write: {error}"
        return _passing(message, Outcome.UNAPPLIED, server)
    return _unanswered(
        error.source if isinstance(error, ResponseHandlingException) else error, server
    )


def _passing(
    message: str, outcome: Outcome, server: Server, *, status: int | None = None, note: str = ""
) -> ServerFault:
    """What another attempt may mend."""
    return ServerFault(
        StoreUnavailable(message),
        outcome,
        is_retryable=True,
        status=status,
        note=f"Qdrant at {server.address}: {note or message}",
    )


def _unanswered(source: BaseException, server: Server) -> ServerFault:
    if isinstance(source, httpx.PoolTimeout):
        message = "every connection to the vector store is in use"
        return _passing(message, Outcome.BUSY, server)
    if isinstance(source, httpx.TransportError | TimeoutError):
        message = f"the vector store cannot be reached: {_reason(source)}"
        return _passing(message, Outcome.UNREACHABLE, server)
    message = "the vector store gave an answer that cannot be read"
    note = f"Qdrant at {server.address}: {message} ({type(source).__name__}); is it a Qdrant?"
    return ServerFault(StoreUnavailable(message), Outcome.FAILED, note=note)


def _refused(answer: UnexpectedResponse, server: Server) -> ServerFault:
    status = answer.status_code or 0
    text = answer.content[:500].decode(errors="replace")
    if status == httpx.codes.INSUFFICIENT_STORAGE or _NO_ROOM in text.lower():
        message = "the vector store has no room for more; nothing that readers see has changed"
        fault = InsufficientStorage(message, retry_after_s=_MISSING_S)
        note = f"Qdrant at {server.address} has no room for more ({status})"
        return ServerFault(fault, Outcome.NO_ROOM, status=status, note=note)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return _throttled(server, _THROTTLED_S)
    if status == httpx.codes.FORBIDDEN and _said(answer).startswith(_LOCKED):
        return _locked(server, _said(answer))
    if status in _NOBODY_THERE or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        outcome = Outcome.UNREACHABLE if status in _NOBODY_THERE else Outcome.FAILED
        note = f"answered {status}: {text[:200]}"
        message = f"the vector store answered {status}"
        return _passing(message, outcome, server, status=status, note=note)
    return _final(status, text, server)


def _final(status: int, text: str, server: Server) -> ServerFault:
    """Explain a status that no retry changes."""
    where = f"Qdrant at {server.address}"
    if status in (401, 403):
        message = "the vector store does not let this service in"
        note = f"{where} refused QDRANT_API_KEY with {status}: check the key"
        refusal = StoreUnavailable(message, retry_after_s=_KEY_REFUSED_S)
        return ServerFault(refusal, Outcome.KEY_REFUSED, status=status, note=note)
    if status == httpx.codes.NOT_FOUND:
        message = f"collection {server.collection!r} is not in the vector store"
        note = f"{where}: {message}; it is not made anew: restore it, with the alias of that name"
        missing = StoreUnavailable(message, retry_after_s=_MISSING_S)
        return ServerFault(missing, Outcome.MISSING, status=status, note=note)
    if status < httpx.codes.BAD_REQUEST or status == httpx.codes.METHOD_NOT_ALLOWED:
        message = f"what answers in place of the vector store is another server ({status})"
        does = "redirects" if status < httpx.codes.BAD_REQUEST else "does not know its methods"
        note = f"is QDRANT_URL a Qdrant? {server.address} {does} ({status})"
        other = StoreUnavailable(message, retry_after_s=_MISSING_S)
        return ServerFault(other, Outcome.REJECTED, status=status, note=note)
    message = f"the vector store refused this request ({status})"
    note = f"{where} answered {status}: {text[:200]}"
    return ServerFault(InvalidInput(message), Outcome.REJECTED, status=status, note=note)


def _locked(server: Server, said: str) -> ServerFault:
    """Somebody locked the storage and will unlock it: the key is as good as it was."""
    message = "the vector store is locked and takes no writes"
    return ServerFault(
        StoreUnavailable(message, retry_after_s=_LOCKED_S),
        Outcome.FAILED,
        is_retryable=True,
        status=httpx.codes.FORBIDDEN,
        note=f"Qdrant at {server.address}: {message}: {said[:200]}",
    )


def _said(answer: UnexpectedResponse) -> str:
    """Return the server's words without the envelope, if they are in one."""
    try:
        return str(json.loads(answer.content)["status"]["error"])
    except (ValueError, LookupError, TypeError):
        return answer.content.decode(errors="replace")


def _throttled(server: Server, after_s: float) -> ServerFault:
    message = f"the vector store takes no more requests for {after_s:g} s"
    refusal = StoreUnavailable(message, retry_after_s=after_s)
    return ServerFault(
        refusal,
        Outcome.THROTTLED,
        is_retryable=True,
        retry_after_s=after_s,
        status=429,
        note=f"Qdrant at {server.address}: {message}",
    )


def _reason(source: BaseException) -> str:
    """Name what happened without the library's own words, which may hold an address."""
    if isinstance(source, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(source, httpx.TimeoutException | TimeoutError):
        return "no answer in time"
    if isinstance(source, httpx.ConnectError):
        return "no connection"
    return "the connection broke"
