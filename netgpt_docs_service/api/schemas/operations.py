"""How the service is, and who is asking."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from netgpt_docs_service.domain.access import Principal, Scope
from netgpt_docs_service.usecases.health import Health, HealthStatus
from netgpt_docs_service.version import __version__


class ProbeModel(BaseModel):
    """An answer for a prober."""

    status: str


class CheckModel(BaseModel):
    """The state of one thing the service needs."""

    status: HealthStatus
    detail: str


class HealthModel(BaseModel):
    """The worst of all checks, and each of them."""

    status: HealthStatus
    service: str
    version: str
    timestamp: datetime
    checks: dict[str, CheckModel]

    @classmethod
    def of(cls, health: Health, now: datetime) -> Self:
        """Show how the service is."""
        checks = {
            name: CheckModel.model_validate(check, from_attributes=True)
            for name, check in health.checks.items()
        }
        return cls(
            status=health.status,
            service="netgpt-docs-service",
            version=__version__,
            timestamp=now,
            checks=checks,
        )


class LimitsModel(BaseModel):
    """How large a request of this caller may be."""

    body_bytes: int
    text_bytes: int
    text_characters: int


class MeModel(BaseModel):
    """The key of this request, and what it may do."""

    key_id: str
    tenant: str
    scopes: list[Scope]
    limits: LimitsModel

    @classmethod
    def of(cls, caller: Principal, limits: LimitsModel) -> Self:
        """Show the caller."""
        scopes = sorted(caller.scopes)
        return cls(key_id=caller.key_id, tenant=caller.tenant, scopes=scopes, limits=limits)
