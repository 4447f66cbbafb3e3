"""Routes for operators: probes, health, metrics, and whose key this is."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from netgpt_docs_service.api.answers import Responses, no_scope_problems
from netgpt_docs_service.api.auth import Caller
from netgpt_docs_service.api.body import StrictRoute
from netgpt_docs_service.api.schemas.operations import (
    HealthModel,
    LimitsModel,
    MeModel,
    ProbeModel,
)
from netgpt_docs_service.api.state import StateDep
from netgpt_docs_service.domain.rules import MAX_TEXT_CHARACTERS
from netgpt_docs_service.usecases.health import HealthStatus

open_router = APIRouter(tags=["operations"])
"""Routes without a key; each of their paths is in OPEN_ROUTES."""

router = APIRouter(tags=["operations"], route_class=StrictRoute)

_NOT_READY: Responses = {503: {"model": ProbeModel, "description": "Send requests elsewhere"}}
_UNHEALTHY: Responses = {503: {"model": HealthModel, "description": "A check is unhealthy"}}
_METRICS: Responses = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@open_router.get("/livez")
async def livez() -> ProbeModel:
    """Say that the event loop turns; nothing else is looked at."""
    return ProbeModel(status="alive")


@open_router.get("/readyz", responses=_NOT_READY)
async def readyz(state: StateDep, response: Response) -> ProbeModel:
    """Say whether to send requests here: everything is open, and nothing is being shut down."""
    is_ready = state["readiness"].is_ready and state["services"].health.is_store_open()
    response.status_code = 200 if is_ready else 503
    return ProbeModel(status="ready" if is_ready else "not ready")


@open_router.get("/health", responses=_UNHEALTHY)
async def health(state: StateDep, response: Response) -> HealthModel:
    """Look at everything the service needs."""
    found = await state["services"].health.check()
    response.status_code = 503 if found.status is HealthStatus.UNHEALTHY else 200
    return HealthModel.of(found, datetime.now(UTC))


@open_router.get("/metrics", response_class=Response, responses=_METRICS)
async def metrics(state: StateDep) -> Response:
    """Return all metrics in Prometheus' text format."""
    return Response(state["metrics"].text(), media_type=CONTENT_TYPE_LATEST)


@router.get("/me", responses=no_scope_problems())
async def me(caller: Caller, state: StateDep) -> MeModel:
    """Say whose key this is and what it may do."""
    sizes = state["sizes"]
    limits = LimitsModel(
        body_bytes=sizes.body_bytes,
        text_bytes=sizes.text_bytes,
        text_characters=MAX_TEXT_CHARACTERS,
    )
    return MeModel.of(caller, limits)
