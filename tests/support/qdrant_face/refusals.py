"""What the server refuses, in its own words and with its own status."""

from __future__ import annotations

from typing import NoReturn


class Refused(Exception):
    """An answer that is an error: the status and the text a Qdrant server gives."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def no_collection(name: str) -> Refused:
    return Refused(404, f"Not found: Collection `{name}` doesn't exist!")


def refuse_input(text: str) -> NoReturn:
    raise Refused(400, f"Wrong input: {text}") from None


def refuse_strictly(text: str, *, cure: str) -> NoReturn:
    raise Refused(400, f"Bad request: {text}. Help: {cure}")


def refuse_unknown(what: str) -> NoReturn:
    """Refuse what a real server does and this face cannot: never do something else silently."""
    raise Refused(400, f"Bad request: the test face does not know {what}")
