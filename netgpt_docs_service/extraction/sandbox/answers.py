"""What a reading process says, believed only as far as it can be checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Heading
from netgpt_docs_service.errors import (
    DamagedFile,
    EncryptedFile,
    ExtractionCrashed,
    FileRefused,
    FileTooLarge,
    InvalidInput,
    LimitExceeded,
    NoExtractableText,
    UnsafeFile,
    UnsupportedFile,
)
from netgpt_docs_service.extraction.sandbox import wire
from netgpt_docs_service.extraction.sandbox.isolation import Isolation

_REFUSALS: dict[str, type[InvalidInput]] = {
    each.kind: each
    for each in (
        FileRefused,
        FileTooLarge,
        UnsupportedFile,
        EncryptedFile,
        DamagedFile,
        UnsafeFile,
        NoExtractableText,
        LimitExceeded,
    )
}
_MEDIA_TYPE_CHARS = 200


class Garbage(Exception):
    """What arrived is no answer that a reading process gives."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Ready(_Message):
    """How a process that can read is confined, and what it could not load, if anything."""

    outcome: Literal["ready"]
    isolation: Isolation
    missing: Annotated[str, Field(max_length=wire.MESSAGE_CHARS)] | None


class _Answer(_Message):
    question: str


class _Read(_Answer):
    outcome: Literal["read"]
    extracted: Extracted


class _Refused(_Answer):
    outcome: Literal["refused"]
    kind: Annotated[str, Field(max_length=40)]
    message: Annotated[str, Field(max_length=wire.MESSAGE_CHARS)]


class _Exhausted(_Answer):
    outcome: Literal["exhausted"]
    limit: Literal["memory", "nesting"]


class _Failed(_Answer):
    outcome: Literal["failed"]
    error: Annotated[str, Field(max_length=100)]


_Refusal: TypeAlias = _Refused | _Exhausted | _Failed
_ANSWER: TypeAdapter[_Read | _Refusal] = TypeAdapter(
    Annotated[_Read | _Refusal, Field(discriminator="outcome")]
)


def readiness_of(body: bytes | bytearray) -> Ready:
    """Return what a process that is ready says of itself; raises Garbage."""
    try:
        return Ready.model_validate_json(body)
    except ValidationError as error:
        raise Garbage from error


def extracted_of(
    body: bytes | bytearray, text: bytes | bytearray, *, question: str, memory_mb: int
) -> Extracted:
    """Return what was read; raises the file's refusal, or Garbage.

    An answer has to name its question: an earlier file may have left answers for later ones.
    """
    try:
        answer = _ANSWER.validate_json(body)
        decoded = text.decode()
    except ValueError as error:  # pydantic's and UTF-8's are of this kind
        raise Garbage from error
    if answer.question != question:
        raise Garbage
    if isinstance(answer, _Read):
        return _checked(replace(answer.extracted, text=decoded))
    if text:
        raise Garbage
    raise _refusal(answer, memory_mb)


def _refusal(answer: _Refusal, memory_mb: int) -> Exception:
    if isinstance(answer, _Failed):
        return ExtractionCrashed(f"the reader of this file failed ({_printable(answer.error)})")
    if isinstance(answer, _Exhausted):
        return UnsafeFile(
            f"reading this file takes more than {memory_mb} MiB of memory"
            if answer.limit == "memory"
            else "this file is nested more deeply than it can be read"
        )
    refusal = _REFUSALS.get(answer.kind)
    return Garbage() if refusal is None else refusal(_printable(answer.message))


def _checked(extracted: Extracted) -> Extracted:
    layout, end = extracted.layout, len(extracted.text)
    is_sound = (
        extracted.text.strip() != ""
        and _is_media_type(extracted.media_type)
        and _is_media_type(extracted.text_type)
        and len(extracted.title or "") <= wire.TITLE_CHARS
        and len(extracted.language or "") <= wire.ENTRY_NAME_CHARS
        and len(extracted.metadata) <= wire.ENTRIES
        and all(len(name) <= wire.ENTRY_NAME_CHARS for name in extracted.metadata)
        and all(len(value) <= wire.ENTRY_CHARS for value in extracted.metadata.values())
        and len(extracted.warnings) <= wire.ENTRIES
        and all(len(each) <= wire.MESSAGE_CHARS for each in extracted.warnings)
        and _are_places(layout.page_starts, end)
        and _are_places(layout.turn_starts, end)
        and _are_headings(layout.headings or (), end)
    )
    if not is_sound:
        raise Garbage
    return extracted


def _is_media_type(name: str) -> bool:
    return len(name) <= _MEDIA_TYPE_CHARS and name.isprintable() and name.count("/") == 1


def _are_places(places: Sequence[int], end: int) -> bool:
    is_ordered = all(one <= other for one, other in pairwise(places))
    return is_ordered and (not places or (places[0] >= 0 and places[-1] <= end))


def _are_headings(headings: Sequence[Heading], end: int) -> bool:
    starts_and_ends = [place for each in headings for place in (each.start, each.end)]
    return _are_places(starts_and_ends, end) and all(each.level >= 1 for each in headings)


def _printable(message: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in message)
