"""A fetcher that knows two files, where the real one would ask the network."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from netgpt_docs_service.domain.files import SourceFile
from netgpt_docs_service.errors import FetchFailed, NotSupported, UrlRefused

FETCHED_URL = "https://files.example.org/reports/q3.txt"
FETCHED_TEXT = b"The third quarter was better than the second."


class PlainFetcher:
    """Hand out one text; `gone` fails, `inside` is refused, other hosts are not allowed."""

    @asynccontextmanager
    async def fetch(self, url: str) -> AsyncIterator[SourceFile]:
        if not url.startswith("https://files.example.org/"):
            message = "ALLOWED_URL_HOSTS names no host"
            raise NotSupported(message)
        if url.endswith("gone"):
            raise FetchFailed
        if url.endswith("inside"):
            raise UrlRefused
        with tempfile.TemporaryFile() as file:
            file.write(FETCHED_TEXT)
            file.seek(0)
            yield SourceFile(
                content=file,
                size_bytes=len(FETCHED_TEXT),
                sha256=hashlib.sha256(FETCHED_TEXT).hexdigest(),
                name="q3.txt",
                declared_type="text/plain",
            )
