"""Files: as they arrive, and what is read out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from netgpt_docs_service.domain.layout import PLAIN, Layout

GUESSED_ENCODING = "no encoding was named"
"""How the warning begins that says so: then a declared one may make another text of the bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file as it was sent, of which nothing is known but what its sender says.

    `content` is open and has a file descriptor; whoever opened it closes it. `name` is a label,
    never a path: it may hold `/`. `declared_type` is the sender's media type, None when unsaid.
    """

    content: BinaryIO
    size_bytes: int
    sha256: str
    name: str
    declared_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text of a file, normalised, and what else could be told of it.

    `media_type` is what the file is by its content; `text_type` the markup that `text` is in
    (`text/markdown`, `text/x-rst`, `text/plain`). `metadata` has what the file says of itself
    (`author`, `created_at`, ...); `warnings` say what was left out, for people.
    """

    text: str
    media_type: str
    text_type: str = "text/plain"
    layout: Layout = PLAIN
    title: str | None = None
    language: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
