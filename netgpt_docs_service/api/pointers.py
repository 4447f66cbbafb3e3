"""Point at the faulty parts of a request without repeating what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from netgpt_docs_service.api.schemas.problem import Fault
from netgpt_docs_service.errors import InvalidInput

_MOST_FAULTS = 20
_MOST_ERRORS = 10 * _MOST_FAULTS  # a union has an error for each of its members
_MOST_POINTER_CHARACTERS = 200
_PLACES = ("body", "query", "path", "header")


def fault_of(error: InvalidInput) -> Fault:
    """Return the one fault that an InvalidInput names."""
    return Fault(pointer=error.pointer[:_MOST_POINTER_CHARACTERS], message=error.message)


def name_faults(errors: Sequence[Mapping[str, object]], body: object) -> list[Fault]:
    """Return one fault for each place that pydantic complains about, at most 20.

    Pydantic's own errors carry the input, which may be a document's text: only the place and the
    kind of fault are taken over.
    """
    messages: dict[str, list[str]] = {}
    for error in errors[:_MOST_ERRORS]:
        parts = _parts(error, body)
        pointer = "".join(f"/{_escaped(part)}" for part in parts)[:_MOST_POINTER_CHARACTERS]
        name = parts[-1][:_MOST_POINTER_CHARACTERS] if parts else "body"
        known = messages.setdefault(pointer, [f"{name}: {error['msg']}"])
        if not known[0].endswith(str(error["msg"])):
            known.append(str(error["msg"]))
    faults = [Fault(pointer=at, message=" or ".join(said)) for at, said in messages.items()]
    return faults[:_MOST_FAULTS]


@contextmanager
def pointing_under(prefix: str) -> Iterator[None]:
    """Let every InvalidInput raised inside point below `prefix`."""
    try:
        yield
    except InvalidInput as error:
        error.pointer = f"{prefix}{error.pointer}"
        raise


def _parts(error: Mapping[str, object], body: Any) -> list[str]:  # noqa: ANN401  parsed JSON
    """Leave out of pydantic's location what is not in the body: the names of union members."""
    loc = error["loc"]
    path = list(loc) if isinstance(loc, Sequence) else []
    place = path.pop(0) if path and path[0] in _PLACES else "body"
    if place != "body":
        return [str(part) for part in path]
    parts, node = [], body
    for at, part in enumerate(path):
        if _has(node, part):
            node = node[part]
        elif not (at == len(path) - 1 and error["type"] == "missing"):
            continue
        parts.append(str(part))
    return parts


def _has(node: Any, part: Any) -> bool:  # noqa: ANN401  parsed JSON
    if isinstance(node, Mapping):
        return part in node
    return isinstance(node, list) and isinstance(part, int) and part < len(node)


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
