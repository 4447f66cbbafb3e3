"""What every route under /v1 shares: errors in the shape that OpenAI's clients read."""

from __future__ import annotations

import re
from typing import Self

from pydantic import BaseModel
from starlette.types import Scope

from netgpt_docs_service.api.schemas.problem import Problem

_TYPE_BY_STATUS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_SERVER_ERRORS = 500
_CODE_BY_KIND = {"unauthenticated": "invalid_api_key", "forbidden": "insufficient_permissions"}
_INDEX = re.compile(r"/(\d+)")


class OpenAIErrorDetail(BaseModel):
    """What is wrong: `code` is for programs, `param` names the field, where there is one."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIErrorModel(BaseModel):
    """An error as OpenAI's clients read it."""

    error: OpenAIErrorDetail

    @classmethod
    def of(cls, kind: str, problem: Problem) -> Self:
        """Say in this shape what a problem says."""
        fallback = "server_error" if problem.status >= _SERVER_ERRORS else "invalid_request_error"
        pointer = problem.errors[0].pointer if problem.errors else ""
        detail = OpenAIErrorDetail(
            message=problem.detail,
            type=_TYPE_BY_STATUS.get(problem.status, fallback),
            param=_INDEX.sub(r"[\1]", pointer).removeprefix("/") or None,
            code=_CODE_BY_KIND.get(kind, kind),
        )
        return cls(error=detail)


def speaks_openai(scope: Scope) -> bool:
    """Tell whether the caller of `scope` expects errors in this shape, whatever route it meant."""
    return f"{scope['path']}/".startswith("/v1/")
