"""The Qdrant that tests ask: the one a variable names, or a face that stands for one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from qdrant_client import AsyncQdrantClient

from tests.support.face_process import API_KEY, running_face


@dataclass(frozen=True, slots=True)
class QdrantAddress:
    """Where a Qdrant is, and the key that may do everything there."""

    url: str
    api_key: str = API_KEY

    def client(self) -> AsyncQdrantClient:
        # As a header: the client warns of a key on a plain connection.
        key = {"api-key": self.api_key} if self.api_key else {}
        return AsyncQdrantClient(url=self.url, headers=key, timeout=10, check_compatibility=False)


def named_server() -> QdrantAddress | None:
    """Return the server that TEST_QDRANT_URL and TEST_QDRANT_API_KEY name, if they do."""
    url = os.environ.get("TEST_QDRANT_URL")
    return QdrantAddress(url, os.environ.get("TEST_QDRANT_API_KEY", "")) if url else None


def new_collection_name() -> str:
    """Return a name that no other run uses, on whatever server."""
    return f"netgpt-docs-test-{uuid4().hex}"


@asynccontextmanager
async def qdrant_to_test(folder: Path) -> AsyncIterator[QdrantAddress]:
    """Name the server to test on; a face keeps its data in `folder`."""
    server = named_server()
    if server is not None:
        yield server
        return
    async with running_face(folder) as face:
        yield QdrantAddress(face.url)
