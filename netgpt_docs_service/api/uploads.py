"""Receive forms with files: within a time, onto the disk, and gone when the request is."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import cast

from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from netgpt_docs_service.api.multipart import MultipartReader, ReceivedFile
from netgpt_docs_service.api.state import State, UploadPlaces
from netgpt_docs_service.errors import (
    DeadlineExceeded,
    InsufficientStorage,
    Overloaded,
    ServiceError,
    Unavailable,
)

_PIECE_BYTES = 2**20
"""Taken apart in one go by a thread: some milliseconds, mostly the disk's."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was received whole, its files open."""

    fields: list[tuple[str, bytes]]
    files: list[ReceivedFile]


def is_form(request: Request) -> bool:
    """Whether the body is said to be a form that can hold files."""
    return _content_type(request)[0] == b"multipart/form-data"


def left_s(request: Request) -> float:
    """Return how much of its deadline a request has left."""
    state = request.scope["state"]
    left: float = state["deadline_s"] - (time.perf_counter() - state["began_s"])
    return left


@asynccontextmanager
async def received_form(request: Request, *file_fields: str) -> AsyncIterator[Form]:
    """Read the request's form, with files in `file_fields`; they are closed and gone at the end.

    Raises HTTPException (400, 415) or InvalidInput for one that cannot be read, ClientDisconnect
    when its sender hangs up, DeadlineExceeded when it takes too long, Overloaded when too many
    are on the disk, InsufficientStorage when the disk has no room.
    """
    kind, options = _content_type(request)
    if kind != b"multipart/form-data":
        raise HTTPException(415, "send multipart/form-data")
    if not options.get(b"boundary"):
        raise HTTPException(400, "the Content-Type names no boundary")
    state = cast("State", request.scope["state"])
    with _place(state["uploads"]):
        reader = MultipartReader(
            options[b"boundary"], file_fields=file_fields, file_bytes=state["sizes"].file_bytes
        )
        try:
            await _receive_in_time(request, reader)
            yield Form(reader.fields, reader.files)
        finally:
            reader.close()


@contextmanager
def _place(places: UploadPlaces) -> Iterator[None]:
    if places.taken >= places.most:
        message = f"{places.taken} uploads are being worked on, which is the most"
        raise Overloaded(message)
    places.taken += 1
    try:
        yield
    finally:
        places.taken -= 1


async def _receive_in_time(request: Request, reader: MultipartReader) -> None:
    deadline_s = request.scope["state"]["deadline_s"]
    limit = asyncio.timeout(left_s(request))
    try:
        async with limit:
            await _receive(request, reader)
    except TimeoutError as error:
        if not limit.expired():
            raise
        message = f"the form was not received within {deadline_s:g} s: send less, or faster"
        raise DeadlineExceeded(message) from error


async def _receive(request: Request, reader: MultipartReader) -> None:
    piece = bytearray()
    async with aclosing(request.stream()) as stream:
        async for data in stream:
            piece += data
            if len(piece) >= _PIECE_BYTES:
                await _write(reader, bytes(piece))
                piece.clear()
    await _write(reader, bytes(piece))
    reader.finish()


async def _write(reader: MultipartReader, piece: bytes) -> None:
    """Let a thread take the piece, to its end: the files must not be closed under it."""
    writing = asyncio.ensure_future(asyncio.to_thread(reader.write, piece))
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.gather(writing, return_exceptions=True)
        raise
    except OSError as error:
        raise _explained(error) from error


def _explained(error: OSError) -> ServiceError:
    if error.errno in _NO_ROOM:
        return InsufficientStorage("the folder for temporary files has no room for this upload")
    return Unavailable(f"the upload could not be kept: {error.strerror}")


def _content_type(request: Request) -> tuple[bytes, dict[bytes, bytes]]:
    return parse_options_header(request.headers.get("content-type"))
