"""What lifespan hands to requests, by name and type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request

from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.usecases.services import Services


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a request may be, in bytes."""

    body_bytes: int
    text_bytes: int


@dataclass(slots=True)
class Readiness:
    """Whether new requests should be sent here."""

    is_ready: bool = False


class State(TypedDict):
    """Everything a route may use."""

    services: Services
    metrics: Metrics
    sizes: Sizes
    readiness: Readiness
    deadline_s: float
    """How long one request may take."""


async def _state(request: Request) -> State:
    return cast("State", request.scope["state"])


StateDep = Annotated[State, Depends(_state)]
