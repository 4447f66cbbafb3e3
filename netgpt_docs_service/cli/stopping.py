"""Stop so that whoever routes requests here learns it first."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from netgpt_docs_service.api.state import Readiness

if TYPE_CHECKING:
    import socket


class DrainingServer(uvicorn.Server):
    """A server that says where it listens, and is not ready from the moment it is told to stop."""

    def __init__(
        self, config: uvicorn.Config, *, readiness: Readiness, on_listening: Callable[[], None]
    ) -> None:
        """Take the switch behind /readyz, and what to do once connections are accepted."""
        super().__init__(config)
        self._readiness = readiness
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        self._on_listening()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Answer /readyz with 503 while the requests in flight finish."""
        self._readiness.is_ready = False
        super().handle_exit(sig, frame)


def outlive_the_signal() -> None:
    """Let what follows the server's shutdown finish: the store is closed after it.

    uvicorn raises the signal again when it is done; SIGTERM would then end the process, and SIGINT
    would cancel what closes the store.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
