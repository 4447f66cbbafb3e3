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
    file_bytes: int
    upload_bytes: int
    """Of a form, with all of its files."""


@dataclass(slots=True)
class Readiness:
    """Whether new requests should be sent here."""

    is_ready: bool = False


@dataclass(slots=True)
class UploadPlaces:
    """How many forms may be on the disk at once: each takes room, and keeps its files open."""

    most: int = 8
    taken: int = 0


class State(TypedDict):
    """Everything a route may use."""

    services: Services
    metrics: Metrics
    sizes: Sizes
    uploads: UploadPlaces
    readiness: Readiness
    deadline_s: float
    """How long one request may take."""


async def _state(request: Request) -> State:
    return cast("State", request.scope["state"])


StateDep = Annotated[State, Depends(_state)]
