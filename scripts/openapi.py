#!/usr/bin/env python3
"""Write docs/openapi.json: `python scripts/openapi.py`, after any change to a route or schema."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from netgpt_docs_service.app import create_app
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.usecases.services import Services

SNAPSHOT = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


@asynccontextmanager
async def _open_nothing(_: Settings) -> AsyncIterator[Services]:
    raise NotImplementedError
    yield


def current() -> str:
    """Return the OpenAPI document as it should be kept."""
    settings = Settings(_env_file=None, api_key=SecretStr("only-to-describe"))
    app = create_app(settings, open_services=_open_nothing)
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(current(), encoding="utf-8")
