"""Read requests strictly, and within a time: what is not plain JSON never reaches a route."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from email.message import Message
from typing import ClassVar, TypeAlias

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from netgpt_docs_service.api.strict_json import parse_json
from netgpt_docs_service.api.uploads import is_form, received_form
from netgpt_docs_service.errors import DeadlineExceeded, InvalidInput

_Handle: TypeAlias = Callable[[Request], Coroutine[object, object, Response]]

CALLER_LEFT = 499
"""The status, for the log and the metrics, of a request whose caller hung up before the answer."""


class StrictRoute(APIRoute):
    """A route whose body is strict JSON, whose query has no names that it does not know.

    It answers within the deadline of a request, or with DeadlineExceeded. Its work ends when the
    caller hangs up: nobody would read the answer.
    """

    outlives_its_caller: ClassVar[bool] = False
    """Whether the work goes on when the caller has hung up."""
    grace_s: ClassVar[float] = 0.0
    """What a route gets beyond the deadline, in seconds."""
    most_values: ClassVar[int] = 30_000
    """Of one body: 20 questions with a filter each have fewer, one document has a third of it."""

    def get_route_handler(self) -> _Handle:
        """Wrap FastAPI's handler: check and parse first, and watch the time."""
        handle = super().get_route_handler()
        takes_query = bool(self.dependant.query_params)

        async def strict(request: Request) -> Response:
            _check_query(request, takes_query=takes_query)
            return await self._answer(request, handle)

        async def strict_in_time(request: Request) -> Response:
            deadline_s = request.scope["state"]["deadline_s"] + self.grace_s
            return await _in_time(strict(request), deadline_s)

        return strict_in_time

    async def _answer(self, request: Request, handle: _Handle) -> Response:
        if self.body_field is None:
            return await handle(request)
        return await self._worked(handle(await self._parsed(request)), request)

    async def _worked(
        self, work: Coroutine[object, object, Response], request: Request
    ) -> Response:
        return await (work if self.outlives_its_caller else _while_wanted(work, request))

    async def _parsed(self, request: Request) -> Request:
        body = await request.body()
        if not body:
            return request
        if not _is_json(request.headers.get("content-type", "")):
            raise HTTPException(415, "send application/json in UTF-8")
        return _ParsedRequest(request, body, parse_json(body, most_values=self.most_values))


class WritingRoute(StrictRoute):
    """A route that changes what is stored.

    A caller that hangs up may have given up waiting, not on what it sent: that is done.
    """

    outlives_its_caller = True


class IngestRoute(WritingRoute):
    """A route that ends at the deadline by itself, document by document: that answer goes first."""

    grace_s = 5.0


class BatchRoute(IngestRoute):
    """A route that takes many documents at once."""

    most_values = 110_000  # 100 documents with 64 tags and 1,000 values of metadata each


class FormRoute(StrictRoute):
    """A route that takes strict JSON or a form with a file, which the state then has as `form`."""

    async def _answer(self, request: Request, handle: _Handle) -> Response:
        if not is_form(request):
            return await self._worked(handle(await self._parsed(request)), request)
        async with received_form(request, "file", "files") as form:
            request.scope["state"]["form"] = form
            return await self._worked(handle(request), request)


async def _in_time(work: Coroutine[object, object, Response], deadline_s: float) -> Response:
    limit = asyncio.timeout(deadline_s)
    try:
        async with limit:
            return await work
    except TimeoutError as error:
        if not limit.expired():
            raise
        message = f"the request was not finished within {deadline_s:g} s"
        raise DeadlineExceeded(message) from error


async def _while_wanted(work: Coroutine[object, object, Response], request: Request) -> Response:
    """Return what `work` returns, or end it when the caller hangs up; the body is read."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else Response(status_code=CALLER_LEFT)
    finally:
        leaving.cancel()
        working.cancel()
        # asyncio logs the error of a task that nobody asks, and the work may end with one
        await asyncio.gather(working, return_exceptions=True)


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


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

    def __init__(self, request: Request, body: bytes, meant: object) -> None:
        super().__init__(request.scope, request.receive)
        self._read = body
        self._meant = meant

    async def body(self) -> bytes:
        return self._read

    async def json(self) -> object:
        return self._meant


def _is_json(content_type: str) -> bool:
    header = Message()
    header["content-type"] = content_type
    subtype = header.get_content_subtype()
    is_json = header.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )
    return is_json and str(header.get_param("charset", "utf-8")).lower() in ("utf-8", "utf8")
