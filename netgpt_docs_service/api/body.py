"""Read JSON bodies strictly: what is not plain, finite, UTF-8 JSON never reaches a route."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from email.message import Message

from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from netgpt_docs_service.errors import InvalidInput


class StrictRoute(APIRoute):
    """A route whose body is strict JSON and whose query has no names that it does not know."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[object, object, Response]]:
        """Wrap FastAPI's handler: check and parse first."""
        handle = super().get_route_handler()
        takes_body = self.body_field is not None
        takes_query = bool(self.dependant.query_params)

        async def strict(request: Request) -> Response:
            _check_query(request, takes_query=takes_query)
            return await handle(await _parsed(request) if takes_body else request)

        return strict


def parse_json(body: bytes) -> object:
    """Return what `body` says; InvalidInput when it is not JSON, or deeper than 200 levels."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        _refuse_lone_surrogates(body)
        message = f"the body is not valid JSON: {error}"
        raise InvalidInput(message) from error


def _check_query(request: Request, *, takes_query: bool) -> None:
    names = [name for name, _ in request.query_params.multi_items()]
    if names and not takes_query:
        message = "this route takes no query parameters"
        raise InvalidInput(message)
    if len(set(names)) < len(names):
        message = "a query parameter is given twice"
        raise InvalidInput(message)


class _ParsedRequest(Request):
    """A request whose body was read and parsed already."""

    def __init__(self, request: Request, body: bytes) -> None:
        super().__init__(request.scope, request.receive)
        self._read = body
        self._meant = parse_json(body)

    async def body(self) -> bytes:
        return self._read

    async def json(self) -> object:
        return self._meant


async def _parsed(request: Request) -> Request:
    body = await request.body()
    if not body:
        return request
    if not _is_json(request.headers.get("content-type", "")):
        raise HTTPException(415, "send application/json in UTF-8")
    return _ParsedRequest(request, body)


def _is_json(content_type: str) -> bool:
    header = Message()
    header["content-type"] = content_type
    subtype = header.get_content_subtype()
    is_json = header.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )
    return is_json and str(header.get_param("charset", "utf-8")).lower() in ("utf-8", "utf8")


def _refuse_lone_surrogates(body: bytes) -> None:
    r"""Say where an escape such as \ud800 stands alone: the strict parser only says that one does.

    Python's own parser accepts them; it is only asked about a body that was refused already.
    """
    if b"\\ud" not in body.lower():
        return
    try:
        rest = [("", json.loads(body))]
    except (ValueError, RecursionError):
        return
    while rest:
        pointer, node = rest.pop()
        if isinstance(node, dict):
            rest += [(f"{pointer}/{key}", each) for key, each in node.items()]
            rest += [(pointer, key) for key in node]
        elif isinstance(node, list):
            rest += [(f"{pointer}/{index}", each) for index, each in enumerate(node)]
        elif isinstance(node, str):
            _refuse_lone_surrogate(node, pointer)


def _refuse_lone_surrogate(text: str, pointer: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = f"{pointer[1:] or 'a name'} holds a lone surrogate at offset {error.start}"
        raise InvalidInput(message, pointer=pointer) from error
