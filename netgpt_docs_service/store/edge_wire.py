"""How the service and its engine process talk: pickled messages, each after its length.

Both ends are this program and the socket has no name, so nobody else can put a message on it.
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass

from netgpt_docs_service.store.points import Request

LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request with the number that its answer will carry."""

    number: int
    request: Request[object]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request; `refused` when it could never work, `failed` when the engine did."""

    number: int
    value: object = None
    refused: str | None = None
    failed: str | None = None


def packed(message: Ask | Answer) -> bytes:
    """Return a message as it goes over the socket."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def unpacked(body: bytes | bytearray | memoryview) -> Ask | Answer:
    """Return the message of one body."""
    message: Ask | Answer = pickle.loads(body)  # noqa: S301  written by our own other half
    return message


class Inbox:
    """Messages as they arrive in pieces."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Ask | Answer]:
        """Add what was received and return the messages that are complete now."""
        self._buffer += data
        messages: list[Ask | Answer] = []
        start = 0
        while (body := self._body_after(start)) is not None:
            messages.append(unpacked(self._buffer[body]))
            start = body.stop
        del self._buffer[:start]
        return messages

    def _body_after(self, start: int) -> slice | None:
        begin = start + LENGTH.size
        if len(self._buffer) < begin:
            return None
        (length,) = LENGTH.unpack_from(self._buffer, start)
        end = begin + length
        return slice(begin, end) if len(self._buffer) >= end else None
