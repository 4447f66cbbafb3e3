"""Fetching: what gets files from other services, which may be anybody's."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from netgpt_docs_service.domain.files import SourceFile


class Fetcher(Protocol):
    """Get files by their URL, and reach nothing else by it."""

    def fetch(self, url: str) -> AbstractAsyncContextManager[SourceFile]:
        """Open what is at `url`, received whole; it is gone when the context ends.

        Raises UrlRefused for what may not be asked, FetchFailed for what will not be answered,
        FileTooLarge, SourceUnavailable when it is worth trying again, Overloaded when too many are
        fetched already, and NotSupported where the operator allows no host.
        """
        ...


class FetchObserver(Protocol):
    """Count what fetching comes to."""

    def url_fetched(self, outcome: str) -> None:
        """Count one URL: `fetched`, or the kind of the error that it ended in."""
        ...
