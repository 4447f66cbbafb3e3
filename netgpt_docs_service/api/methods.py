"""Which methods a path takes, over all routes that match it."""

from __future__ import annotations

from fastapi.routing import iter_route_contexts
from starlette.requests import Request


def allowed_methods(request: Request) -> list[str]:
    """Return the methods of every route on this path; the framework names only the first's."""
    path = request.scope["path"]
    return sorted(
        method
        for context in iter_route_contexts(request.app.routes)
        if (pattern := getattr(context, "path_regex", None)) and pattern.match(path)
        for method in context.methods or ()
    )
