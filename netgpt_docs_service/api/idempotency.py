"""`Idempotency-Key`: refused, not ignored, while nothing remembers first answers."""

from __future__ import annotations

from fastapi import Request

from netgpt_docs_service.errors import NotSupported


async def refuse_idempotency_key(request: Request) -> None:
    """Raise NotSupported for a key: a caller who sends one relies on it."""
    if "idempotency-key" in request.headers:
        message = "Idempotency-Key is not supported by this version: leave the header out"
        raise NotSupported(message)
