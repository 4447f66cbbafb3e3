"""What may be sent: limits on text, names and fields, checked before anything else is done.

Every check raises InvalidInput, or LimitExceeded where a size is the reason, with a JSON pointer
to the offending part and a message that names the limit.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime

from netgpt_docs_service.domain.documents import DocumentFields, MetadataValue, Scalar
from netgpt_docs_service.errors import InvalidInput, LimitExceeded

MAX_TEXT_CHARACTERS = 1_000_000
MAX_QUERY_CHARACTERS = 32_768
MAX_DOC_ID_CHARACTERS = 255
MAX_TITLE_CHARACTERS = 1_000
MAX_DOC_TYPE_CHARACTERS = 128
MAX_INTENT_CHARACTERS = 256
MAX_SOURCE_CHARACTERS = 2_048
MAX_TAGS = 64
MAX_TAG_CHARACTERS = 128
MAX_METADATA_NAMES = 64
MAX_METADATA_BYTES = 16_384
MAX_EXACT_INTEGER = 2**53
"""The engine compares numbers as doubles: beyond this, neighbours are equal to it."""

_TEXT_MEDIA_TYPES = {
    "md": "text/markdown",
    "markdown": "text/markdown",
    "rst": "text/x-rst",
}
METADATA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def check_text(text: str, *, max_bytes: int, pointer: str = "/text") -> None:
    """Refuse a document that is blank, too long, or not storable as UTF-8."""
    _check_length("text", text, MAX_TEXT_CHARACTERS, pointer)
    check_plain("text", text, pointer=pointer)
    _check_not_blank("text", text, pointer)
    size = len(text.encode())
    if size > max_bytes:
        message = f"text has {size} bytes of UTF-8; at most {max_bytes} are allowed"
        raise LimitExceeded(message, pointer=pointer)


def check_query(
    text: str,
    *,
    name: str = "query",
    most: int = MAX_QUERY_CHARACTERS,
    pointer: str = "/query",
) -> None:
    """Refuse a question, or another text to embed whole, that is blank or beyond any model."""
    _check_length(name, text, most, pointer)
    check_plain(name, text, pointer=pointer)
    _check_not_blank(name, text, pointer)


def check_doc_id(doc_id: str, *, name: str = "doc_id", pointer: str = "/doc_id") -> None:
    """Refuse an id that is empty, too long, or holds a control character or lone surrogate."""
    _check_length(name, doc_id, MAX_DOC_ID_CHARACTERS, pointer, least=1)
    for offset, character in enumerate(doc_id):
        if unicodedata.category(character) in ("Cc", "Cs"):
            message = (
                f"{name} holds U+{ord(character):04X} at offset {offset}: no control characters"
            )
            raise InvalidInput(message, pointer=pointer)


def check_fields(fields: DocumentFields) -> None:
    """Refuse fields that are too long, too many, or not comparable."""
    limits = {
        "title": (fields.title, 0, MAX_TITLE_CHARACTERS),
        "doc_type": (fields.doc_type, 1, MAX_DOC_TYPE_CHARACTERS),
        "intent": (fields.intent, 0, MAX_INTENT_CHARACTERS),
        "source": (fields.source, 0, MAX_SOURCE_CHARACTERS),
    }
    for name, (value, least, most) in limits.items():
        if value is not None:
            _check_length(name, value, most, f"/{name}", least=least)
            check_plain(name, value, pointer=f"/{name}")
    _check_tags(fields.tags)
    _check_metadata(fields.metadata)


def check_scalar(name: str, value: Scalar, *, pointer: str) -> None:
    """Refuse a value that no store can compare exactly."""
    if isinstance(value, str):
        check_plain(name, value, pointer=pointer)
    elif isinstance(value, float):
        if not math.isfinite(value):
            message = f"{name} must be a finite number"
            raise InvalidInput(message, pointer=pointer)
    elif abs(value) > MAX_EXACT_INTEGER:
        message = f"{name} must lie between -2^53 and 2^53"
        raise InvalidInput(message, pointer=pointer)


def check_plain(name: str, text: str, *, pointer: str) -> None:
    """Refuse NUL and lone surrogates, naming the first one's offset."""
    offset = text.find("\0")
    if offset >= 0:
        message = f"{name} holds NUL at offset {offset}"
        raise InvalidInput(message, pointer=pointer)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = f"{name} holds a lone surrogate at offset {error.start}"
        raise InvalidInput(message, pointer=pointer) from error


def parse_moment(name: str, text: str, *, pointer: str) -> datetime:
    """Return an ISO 8601 date and time with a zone as UTC; refuse one without a zone."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{name} must be a date and time in ISO 8601 such as 2026-01-31T12:00:00Z"
        raise InvalidInput(message, pointer=pointer) from error
    message = f"{name} needs a time zone, as in 2026-01-31T12:00:00Z"
    raise InvalidInput(message, pointer=pointer)


def _check_length(name: str, text: str, most: int, pointer: str, *, least: int = 0) -> None:
    if len(text) > most:
        message = f"{name} has {len(text)} characters; at most {most} are allowed"
        raise LimitExceeded(message, pointer=pointer)
    if len(text) < least:
        message = f"{name} is empty"
        raise InvalidInput(message, pointer=pointer)


def _check_not_blank(name: str, text: str, pointer: str) -> None:
    if not text or text.isspace():
        message = f"{name} is {'blank' if text else 'empty'}"
        raise InvalidInput(message, pointer=pointer)


def _check_tags(tags: tuple[str, ...]) -> None:
    if len(tags) > MAX_TAGS:
        message = f"tags holds {len(tags)} tags; at most {MAX_TAGS} are allowed"
        raise LimitExceeded(message, pointer="/tags")
    for index, tag in enumerate(tags):
        _check_length(f"tag {index}", tag, MAX_TAG_CHARACTERS, f"/tags/{index}", least=1)
        check_plain(f"tag {index}", tag, pointer=f"/tags/{index}")


def _check_metadata(metadata: Mapping[str, MetadataValue]) -> None:
    if len(metadata) > MAX_METADATA_NAMES:
        message = f"metadata has {len(metadata)} names; at most {MAX_METADATA_NAMES} are allowed"
        raise LimitExceeded(message, pointer="/metadata")
    for name, value in metadata.items():
        if not METADATA_NAME.fullmatch(name):
            message = f"metadata names must match {METADATA_NAME.pattern}"
            raise InvalidInput(message, pointer="/metadata")
        for each in value if isinstance(value, tuple) else (value,):
            check_scalar(f"metadata.{name}", each, pointer=f"/metadata/{name}")
    size = len(json.dumps(dict(metadata), ensure_ascii=False, separators=(",", ":")).encode())
    if size > MAX_METADATA_BYTES:
        message = f"metadata has {size} bytes as JSON; at most {MAX_METADATA_BYTES} are allowed"
        raise LimitExceeded(message, pointer="/metadata")


def text_media_type(source: str | None) -> str:
    """Return what kind of text a source names by its ending; plain text when it names none."""
    ending = "" if source is None else source.lower().rpartition(".")[2]
    return _TEXT_MEDIA_TYPES.get(ending, "text/plain")
