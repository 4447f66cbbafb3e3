"""A caller over ASGI itself, who can hang up."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.types import Message

from tests.support.edge import SECRETS, Edge
from tests.support.uploads import FORM


class Caller:
    """Sends a whole request, or one that is cut off, and hangs up when told to."""

    def __init__(
        self, method: str, path: str, body: dict[str, Any] | bytes, *, is_cut_off: bool = False
    ) -> None:
        """Send `body` as JSON, or as the form that it is."""
        is_form = isinstance(body, bytes)
        content_type = FORM["Content-Type"] if is_form else "application/json"
        self.leaves = asyncio.Event()
        self.heard: list[Message] = []
        self._unsent = [body if isinstance(body, bytes) else json.dumps(body).encode()]
        self._is_cut_off = is_cut_off
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"content-type", content_type.encode()),
                (b"authorization", f"Bearer {SECRETS['acme']}".encode()),
            ],
        }

    async def receive(self) -> Message:
        if self._unsent:
            return {
                "type": "http.request",
                "body": self._unsent.pop(),
                "more_body": self._is_cut_off,
            }
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.heard.append(message)

    async def call(self, edge: Edge) -> None:
        self.scope["state"] = dict(edge.state)
        await edge.app(self.scope, self.receive, self.send)
