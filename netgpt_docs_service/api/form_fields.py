"""Read the fields of a form as strictly as JSON: what is misspelt or sent twice is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from netgpt_docs_service.api.pointers import pointing_under
from netgpt_docs_service.api.schemas.files import UploadFields
from netgpt_docs_service.api.strict_json import parse_json
from netgpt_docs_service.errors import InvalidInput

_MOST_VALUES = 2_000  # of metadata: 16 kB hold no more than 1,000 that are worth anything


def upload_fields(sent: Iterable[tuple[str, bytes]]) -> UploadFields:
    """Return what the fields say; InvalidInput or RequestValidationError point at a wrong one."""
    values: dict[str, list[bytes]] = defaultdict(list)
    for name, value in sent:
        values[name].append(value)
    return checked({name: _value(name, each) for name, each in values.items()})


def checked(sent: Mapping[str, Any]) -> UploadFields:
    """Return `sent` as the form's fields; RequestValidationError as FastAPI raises it."""
    try:
        return UploadFields.model_validate(sent)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        placed = [{**each, "loc": ("body", *each["loc"])} for each in faults]
        raise RequestValidationError(placed, body=sent) from error


def _value(name: str, sent: list[bytes]) -> object:
    if name == "tags" and not any(each.lstrip().startswith(b"[") for each in sent):
        return [_text(f"tag {at}", each, f"/tags/{at}") for at, each in enumerate(sent)]
    if len(sent) > 1:
        how = ": send one JSON list, or tags that do not begin with [" if name == "tags" else ""
        message = f"{name} is given {len(sent)} times{how}"
        raise InvalidInput(message, pointer=f"/{name}")
    if name in ("tags", "metadata"):
        with pointing_under(f"/{name}"):
            return parse_json(sent[0], most_values=_MOST_VALUES, name=name)
    return _text(name, sent[0], f"/{name}")


def _text(name: str, sent: bytes, pointer: str) -> str:
    try:
        return sent.decode()
    except UnicodeDecodeError as error:
        message = f"{name} is not UTF-8"
        raise InvalidInput(message, pointer=pointer) from error
