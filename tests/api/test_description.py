"""The OpenAPI document and the metrics: described as they are."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def snapshot() -> ModuleType:
    """The script that writes docs/openapi.json."""
    spec = importlib.util.spec_from_file_location("snapshot", ROOT / "scripts" / "openapi.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_openapi_document_is_current(snapshot: ModuleType) -> None:
    kept = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")

    assert kept == snapshot.current(), "run `python scripts/openapi.py`"


async def test_the_served_document_is_the_kept_one(
    anyone: httpx.AsyncClient, snapshot: ModuleType
) -> None:
    served = (await anyone.get("/openapi.json")).json()

    assert served == httpx.Response(200, text=snapshot.current()).json()


async def test_every_metric_that_is_exposed_is_explained(
    acme: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))

    exposed = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in text_string_to_metric_families((await acme.get("/metrics")).text)
    }

    assert stored["status"] == "created"
    assert {name for name in exposed if not name.endswith("_created")} == explained


async def test_writes_questions_and_refusals_move_the_metrics(
    acme: httpx.AsyncClient, anyone: httpx.AsyncClient, stored: dict[str, Any]
) -> None:
    await acme.post("/query", json={"query": "licence"})
    await acme.delete("/documents/policy")
    await acme.get("/documents/policy")
    await anyone.get("/me")

    lines = (await anyone.get("/metrics")).text.splitlines()

    assert {
        'netgpt_documents_total{status="created"} 1.0',
        'netgpt_documents_total{status="deleted"} 1.0',
        f'netgpt_chunks_total{{how="embedded"}} {float(stored["chunks"])}',
        'netgpt_search_seconds_count{step="embed"} 1.0',
        'netgpt_problems_total{kind="not_found"} 1.0',
        'netgpt_auth_failures_total{reason="unauthenticated"} 1.0',
        'http_requests_total{handler="/documents/{doc_id}",method="GET",status="404"} 1.0',
    } <= set(lines)
    assert not [line for line in lines if "policy" in line]
