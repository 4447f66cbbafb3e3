"""What a problem looks like on the wire."""

from __future__ import annotations

from pydantic import BaseModel


class Fault(BaseModel):
    """One part of a request that is not valid."""

    pointer: str
    """JSON pointer into the body, or the name of a query parameter after a slash."""
    message: str
    """What is wrong with it, and the limit."""


class Problem(BaseModel):
    """Why a request was not done (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[Fault] | None = None
