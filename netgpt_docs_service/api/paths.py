"""Document ids in paths: any string is an id, and it takes exactly one part of the path."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote, unquote_to_bytes

from fastapi import Depends, Path
from starlette.types import ASGIApp, Receive, Scope, Send

from netgpt_docs_service.api.schemas.shapes import DOC_ID_PATTERN
from netgpt_docs_service.domain.rules import MAX_DOC_ID_CHARACTERS, check_doc_id
from netgpt_docs_service.errors import InvalidInput

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class PathParts:
    """Let the router match the path as it was sent, so that `%2F` in an id is not a slash.

    Servers decode the whole path before routing. Here it is split on `/` first; each part is
    decoded once and written again in one way, and `DocId` decodes the id's part.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its path in parts."""
        if scope["type"] == "http":
            raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
            scope["raw_path"] = raw_path
            scope["path"] = "/".join(_part(each) for each in raw_path.split(b"/"))
        await self._app(scope, receive, send)


def _part(raw: bytes) -> str:
    if _BAD_ESCAPE.search(raw):
        return raw.decode("latin-1")
    return quote(unquote_to_bytes(raw), safe="")


async def _doc_id(
    doc_id: Annotated[
        str,
        Path(
            description=(
                "The document's id, percent-encoded: `a/b` is sent as `a%2Fb`, "
                "`a%2Fb` as `a%252Fb`."
            ),
            json_schema_extra={
                "minLength": 1,
                "maxLength": MAX_DOC_ID_CHARACTERS,
                "pattern": DOC_ID_PATTERN,
            },
        ),
    ],
) -> str:
    if _BAD_ESCAPE.search(doc_id.encode()):
        message = "the path holds a percent sign that two hexadecimal digits do not follow"
        raise InvalidInput(message, pointer="/doc_id")
    try:
        decoded = unquote_to_bytes(doc_id).decode()
    except UnicodeDecodeError as error:
        message = "the path is not percent-encoded UTF-8"
        raise InvalidInput(message, pointer="/doc_id") from error
    check_doc_id(decoded)
    return decoded


DocId = Annotated[str, Depends(_doc_id)]
"""The document that the path names."""
