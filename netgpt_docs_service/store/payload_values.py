"""Values of a payload, read as the type they must have; KeyError or ValueError says what is not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from netgpt_docs_service.domain.documents import Manifest

_MOST = 2**53
"""The engine compares numbers as doubles."""

_TEXTS = ("source_sha256", "content_sha256")
_MAYBE_TEXTS = ("title", "intent", "source")
_COUNTS = (
    "sequence",
    "version",
    "size_bytes",
    "chunk_count",
    "pair_count",
    "token_count",
    "char_count",
)


def whole_number(payload: Mapping[str, Any], name: str) -> int:
    """Return a whole number that must be there."""
    value = payload[name]
    if type(value) is not int:
        raise _not(name, value, "whole number")
    return value


def maybe_whole_number(payload: Mapping[str, Any], name: str) -> int | None:
    """Return a whole number if it is there."""
    return None if payload.get(name) is None else whole_number(payload, name)


def whole_numbers(payload: Mapping[str, Any], name: str) -> tuple[int, ...]:
    """Return a list of whole numbers if it is there, else none."""
    values = payload.get(name, [])
    if not isinstance(values, list) or not all(type(each) is int for each in values):
        raise _not(name, values, "list of whole numbers")
    return tuple(values)


def maybe_number(payload: Mapping[str, Any], name: str) -> float | None:
    """Return a number if it is there."""
    value = payload.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise _not(name, value, "number")
    return None if value is None else float(value)


def text(payload: Mapping[str, Any], name: str) -> str:
    """Return a text that must be there."""
    value = payload[name]
    if not isinstance(value, str):
        raise _not(name, value, "text")
    return value


def texts(payload: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts that must be there."""
    values = payload[name]
    if not isinstance(values, list) or not _are_texts(values):
        raise _not(name, values, "list of texts")
    return tuple(values)


def moment(payload: Mapping[str, Any], name: str) -> datetime:
    """Return a moment that must be there, with its time zone."""
    value = datetime.fromisoformat(text(payload, name))
    if value.tzinfo is None:
        raise _not(name, payload[name], "moment: it has no time zone")
    return value


def check_manifest(manifest: Manifest) -> None:
    """Raise ValueError for a manifest with a value that no write stores."""
    fields, pipeline, origin = manifest.fields, manifest.pipeline, manifest.origin
    must = [getattr(manifest, name) for name in _TEXTS] + [fields.doc_type, origin.media_type]
    must += [pipeline.extractor, pipeline.chunker, pipeline.model]
    must += [*origin.metadata.values(), *origin.warnings]
    may = [getattr(fields, name) for name in _MAYBE_TEXTS]
    may += [origin.filename, origin.text_type, origin.language]
    wrong = [each for each in must if not isinstance(each, str)]
    wrong += [each for each in may if not isinstance(each, str | None)]
    wrong += [each for each in (getattr(manifest, name) for name in _COUNTS) if not _is_count(each)]
    wrong += [manifest.pages] if not (manifest.pages is None or _is_count(manifest.pages)) else []
    wrong += [value for value in fields.metadata.values() if not _is_metadata(value)]
    wrong += [] if _is_duration(manifest.took_ms) else [manifest.took_ms]
    if wrong:
        message = f"{str(wrong[0])[:80]!r} is none of the values that are stored there"
        raise ValueError(message)
    if not 0 < manifest.version <= manifest.sequence:
        message = f"its version is {manifest.version}, and its sequence {manifest.sequence}"
        raise ValueError(message)


def _not(name: str, value: object, what: str) -> ValueError:
    return ValueError(f"its {name} is {str(value)[:80]!r}, which is no {what}")


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(each, str) for each in values)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MOST


def _is_duration(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value < math.inf


def _is_scalar(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int)


def _is_metadata(value: object) -> bool:
    return all(map(_is_scalar, value)) if isinstance(value, tuple) else _is_scalar(value)
