"""Every way in which a server fails, and what a caller is told: never its words, never a key."""

from __future__ import annotations

import json

import httpx
import pytest
from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from netgpt_docs_service.errors import (
    InsufficientStorage,
    InvalidInput,
    ServiceError,
    StoreUnavailable,
)
from netgpt_docs_service.store.circuit_breaker import CircuitOpen
from netgpt_docs_service.store.server_faults import Server, Unapplied, fault_of
from netgpt_docs_service.store.store_observer import Outcome

SERVER = Server("http://qdrant.test:6333", "docs")
SECRET = "the text of a document"
LOCKED = json.dumps({"status": {"error": f"Storage locked: {SECRET}"}, "time": 0.0})


def answered(status: int, text: str = SECRET) -> UnexpectedResponse:
    return UnexpectedResponse(status, "", text.encode(), httpx.Headers())


@pytest.mark.parametrize(
    ("error", "told", "outcome", "is_retryable"),
    [
        (ResponseHandlingException(httpx.ConnectError(SECRET)), StoreUnavailable, "unreachable", 1),
        (ResponseHandlingException(httpx.ReadTimeout(SECRET)), StoreUnavailable, "unreachable", 1),
        (ResponseHandlingException(httpx.WriteError(SECRET)), StoreUnavailable, "unreachable", 1),
        (
            ResponseHandlingException(httpx.RemoteProtocolError(SECRET)),
            StoreUnavailable,
            "unreachable",
            1,
        ),
        (ResponseHandlingException(httpx.PoolTimeout(SECRET)), StoreUnavailable, "busy", 1),
        (TimeoutError(), StoreUnavailable, "unreachable", 1),
        (answered(502), StoreUnavailable, "unreachable", 1),
        (answered(503), StoreUnavailable, "unreachable", 1),
        (answered(408), StoreUnavailable, "unreachable", 1),
        (answered(301), StoreUnavailable, "rejected", 0),
        (answered(405), StoreUnavailable, "rejected", 0),
        (answered(403, LOCKED), StoreUnavailable, "failed", 1),
        (answered(403, f"Storage locked: {SECRET}"), StoreUnavailable, "failed", 1),
        (answered(500), StoreUnavailable, "failed", 1),
        (answered(507), InsufficientStorage, "no_room", 0),
        (answered(500, "No space left on device: WAL"), InsufficientStorage, "no_room", 0),
        (answered(429), StoreUnavailable, "throttled", 1),
        (ResourceExhaustedResponse(SECRET, 3), StoreUnavailable, "throttled", 1),
        (QdrantException("Retry-After is soon"), StoreUnavailable, "throttled", 1),
        (Unapplied("wait_timeout"), StoreUnavailable, "unapplied", 1),
        (CircuitOpen(4.0), StoreUnavailable, "circuit_open", 0),
        (answered(401), StoreUnavailable, "key_refused", 0),
        (answered(403), StoreUnavailable, "key_refused", 0),
        (answered(404), StoreUnavailable, "missing", 0),
        (answered(400), InvalidInput, "rejected", 0),
        (answered(413), InvalidInput, "rejected", 0),
        (answered(422), InvalidInput, "rejected", 0),
        (ResponseHandlingException(ValueError(SECRET)), StoreUnavailable, "failed", 0),
        (ValueError(SECRET), StoreUnavailable, "failed", 0),
    ],
)
def test_each_failure_has_one_meaning(
    error: Exception, told: type[ServiceError], outcome: str, is_retryable: int
) -> None:
    fault = fault_of(error, SERVER)

    assert type(fault.error) is told
    assert (fault.outcome, fault.is_retryable) == (Outcome(outcome), bool(is_retryable))
    assert SECRET not in fault.error.message


def test_a_missing_collection_is_named_and_how_to_get_it_back_is_logged() -> None:
    fault = fault_of(answered(404), SERVER)

    assert "'docs'" in fault.error.message
    assert "restore it" in fault.note


def test_a_locked_storage_is_no_refused_key() -> None:
    fault = fault_of(answered(403, LOCKED), SERVER)

    assert "is locked" in fault.note
    assert "QDRANT_API_KEY" not in fault.note


@pytest.mark.parametrize(("status", "does"), [(308, "redirects"), (405, "does not know")])
def test_what_is_no_qdrant_is_told_to_the_operator(status: int, does: str) -> None:
    fault = fault_of(answered(status), SERVER)

    assert "is QDRANT_URL a Qdrant?" in fault.note
    assert does in fault.note
    assert SERVER.address not in fault.error.message


@pytest.mark.parametrize(("status", "at_least_s"), [(401, 60.0), (404, 30.0), (507, 30.0)])
def test_what_an_operator_must_mend_is_not_asked_for_every_second(
    status: int, at_least_s: float
) -> None:
    error = fault_of(answered(status), SERVER).error

    assert isinstance(error, StoreUnavailable | InsufficientStorage)
    assert error.retry_after_s >= at_least_s


def test_the_log_keeps_only_the_beginning_of_the_servers_words() -> None:
    assert len(fault_of(answered(400, "x" * 10_000), SERVER).note) < 300
