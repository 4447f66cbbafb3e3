"""Extraction: what reads the text out of files that anybody may have made."""

from __future__ import annotations

from typing import Protocol

from netgpt_docs_service.domain.files import Extracted, SourceFile


class Extractor(Protocol):
    """Read files in a place that they cannot harm."""

    @property
    def fingerprint(self) -> str:
        """Name everything that decides which text comes out: readers and their versions."""
        ...

    async def extract(self, file: SourceFile) -> Extracted:
        """Return the text of `file`, never blank, with its layout; the file's position is moved.

        Raises a FileRefused that says why this file has none; the next one is not harmed by it.
        Raises Overloaded when too many files wait, DeadlineExceeded never: the wall clock of one
        file ends in UnsafeFile.
        """
        ...
