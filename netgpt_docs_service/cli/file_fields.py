"""What a command line says about all of its files, as the fields of a form."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Sequence

from netgpt_docs_service.errors import InvalidInput


def form_fields(
    doc_type: str | None, intent: str | None, tags: Sequence[str], metadata: Sequence[str]
) -> dict[str, str]:
    """Return the fields that are said; InvalidInput names a `name=value` that is none."""
    said = {
        "doc_type": doc_type,
        "intent": intent,
        "tags": json.dumps(list(tags)) if tags else None,
        "metadata": json.dumps(_metadata(metadata)) if metadata else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _metadata(entries: Sequence[str]) -> dict[str, object]:
    values: dict[str, list[object]] = defaultdict(list)
    for entry in entries:
        name, has_value, value = entry.partition("=")
        if not (name and has_value):
            message = f"--metadata {entry!r} must be name=value"
            raise InvalidInput(message)
        values[name].append(_value(value))
    return {name: each[0] if len(each) == 1 else each for name, each in values.items()}


def _value(text: str) -> object:
    """Read a number, true, false or a text in quotes as JSON; all else is the text itself."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, float) and not math.isfinite(value):
        return text
    return value if isinstance(value, str | int | float) else text
