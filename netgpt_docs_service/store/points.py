"""A point as it crosses to the engine that keeps it, and the shape of every request to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from netgpt_docs_service.store.payloads import Payload

AnswerT_co = TypeVar("AnswerT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Point:
    """A point: `vector` is float32 bytes; one that has it is indexed by its `words`, too."""

    id: str
    payload: Payload
    vector: bytes | None = None
    words: str = ""


class Request(Generic[AnswerT_co]):
    """Something to ask; reads overtake writes."""

    __slots__ = ()
    is_read: ClassVar[bool] = False


class Read(Request[AnswerT_co]):
    """A request that changes nothing."""

    __slots__ = ()
    is_read: ClassVar[bool] = True
