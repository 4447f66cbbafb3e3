"""Who is asking, and what they may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TENANT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")

OPERATOR_TENANT = "*"
"""The tenant of an operator key: it names the tenant it acts for with every request."""


class Scope(StrEnum):
    """What a key may be used for."""

    QUERY = "query"
    INGEST = "ingest"
    DELETE = "delete"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: never the secret, only its SHA-256 in lower-case hex."""

    key_id: str
    secret_sha256: str
    tenant: str
    scopes: frozenset[Scope]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of one request, after its key was checked."""

    key_id: str
    tenant: str
    scopes: frozenset[Scope]
