"""Parse strict JSON in a time that no sender can stretch: its values are counted first."""

from __future__ import annotations

import json
import re
from functools import cache

from pydantic_core import from_json

from netgpt_docs_service.errors import InvalidInput, LimitExceeded

_MARKS = (b"[", b"{", b",")
# One pass in C that never goes back (0.2 s for the worst 8 MB). A string that does not end is taken
# to the end of the body: the parser refuses it.
_UP_TO_A_MARK = rb'(?:[^"\[{,]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?)*+[\[{,]'
_MOST_POINTER_CHARACTERS = 200


def parse_json(body: bytes, *, most_values: int, name: str = "the body") -> object:
    """Return what `body` says; InvalidInput when it is not JSON, or deeper than 200 levels.

    Messages call it `name`. Raises LimitExceeded when it has more than `most_values` values, lists
    and objects included.
    """
    _refuse_too_many_values(body, most_values, name)
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        _refuse_lone_surrogates(body)
        message = f"{name} is not valid JSON: {error}"
        raise InvalidInput(message) from error


def _refuse_too_many_values(body: bytes, most: int, name: str) -> None:
    """Count the marks that begin a value; those inside of strings are text and count nothing.

    Parsing 8 MB of `[],[],` takes half a second and checking it two more, all on the event loop.
    """
    if sum(map(body.count, _MARKS)) <= most:
        return  # even with those in strings: nearly every body ends here
    if _too_many_marks(most).match(body):
        message = f"{name} has more than {most} values"
        raise LimitExceeded(message)


@cache
def _too_many_marks(most: int) -> re.Pattern[bytes]:
    return re.compile(rb"(?:%b){%d}" % (_UP_TO_A_MARK, most + 1), re.DOTALL)


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
            rest += [(_under(pointer, key), each) for key, each in node.items()]
            rest += [(pointer, key) for key in node]
        elif isinstance(node, list):
            rest += [(_under(pointer, index), each) for index, each in enumerate(node)]
        elif isinstance(node, str):
            _refuse_lone_surrogate(node, pointer)


def _under(pointer: str, part: str | int) -> str:
    """Cut a pointer off: a name of a megabyte above 100,000 values would fill the memory."""
    return f"{pointer}/{part}"[:_MOST_POINTER_CHARACTERS]


def _refuse_lone_surrogate(text: str, pointer: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = f"{pointer[1:] or 'a name'} holds a lone surrogate at offset {error.start}"
        raise InvalidInput(message, pointer=pointer) from error
