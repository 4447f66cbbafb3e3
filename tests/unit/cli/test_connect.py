"""Which service the command line talks to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from netgpt_docs_service.cli import connect as module
from netgpt_docs_service.cli.client import ApiClient
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.data_directory import DataDirectory


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings of each service that was opened in this process."""
    opened: list[Settings] = []

    @asynccontextmanager
    async def local_client(settings: Settings) -> AsyncIterator[ApiClient]:
        opened.append(settings)
        yield ApiClient(httpx.AsyncClient())

    monkeypatch.setattr(module, "local_client", local_client)
    return opened


@pytest.mark.parametrize(("url", "opens"), [(None, 0), ("http://127.0.0.1:6333", 1)])
async def test_nobody_is_asked_who_owns_the_data_directory_of_a_server(
    tmp_path: Path, opened: list[Settings], url: str | None, opens: int
) -> None:
    settings = Settings(
        _env_file=None, data_dir=tmp_path, qdrant_url=url, api_key="a-key-of-enough-length"
    )

    with DataDirectory.claim(tmp_path, process="another") as owner:
        owner.announce("http://127.0.0.1:1")
        async with module.connect(settings, None, None):
            pass

    assert len(opened) == opens
