"""What one reader gets and gives: the readers of all formats have this shape.

They run in the sandbox's process, on bytes that anybody may have made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.extraction.encoding import Decoded


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """How much one file may come to; beyond it, it is refused with LimitExceeded or UnsafeFile."""

    pages: int = 5_000
    text_bytes: int = 4_000_000
    unpacked_bytes: int = 256 * 2**20
    """Of everything inside a packed file together, nested ones included."""
    unpacked_ratio: int = 200
    """Of unpacked to packed bytes, over the whole file."""
    entries: int = 10_000
    nesting: int = 3
    """Files inside files: a letter with a letter attached that carries a document is 2."""
    ocr_languages: tuple[str, ...] = ()
    """Tesseract's names, such as `eng`; none: pictures are not read."""
    tessdata_dir: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBytes:
    """A file whose kind is known: `media_type` is by its content, `charset` by its sender.

    `decoded` are its characters, where they were looked at to tell its kind.
    """

    content: bytes
    name: str
    media_type: str
    charset: str | None = None
    decoded: Decoded | None = None


Reader: TypeAlias = Callable[[FileBytes, ReadLimits], Extracted]
"""Return the text, or raise a FileRefused or LimitExceeded that names the thing and the limit."""
