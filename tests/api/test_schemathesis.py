"""Requests made from the OpenAPI document: what it promises is what is answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from starlette.types import Receive, Scope, Send

from netgpt_docs_service.settings import Settings
from tests.support.edge import SECRETS, Edge, make_settings, started, write_keys

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
CaseCheck: TypeAlias = Callable[[Case[Any], Response, set[str]], None]

OPENAPI = Path(__file__).parents[2] / "docs" / "openapi.json"
OPERATIONS = [
    (f"{method.upper()} {path}", mode)
    for path, methods in json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"].items()
    for method, described in methods.items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or described.keys() & {"parameters", "requestBody"}
]
NOT_ASKED = {
    "ignored_auth",  # asks without a key: test_gate.py does so for every route
    "use_after_free",  # these three are about sequences of requests
    "ensure_resource_availability",
    "object_level_authorization",
    "max_response_time",
}
NO_SCHEMA_CAN_SAY = {
    "POST /ingest/batch": {"negative_data_rejection"},  # a bad item is answered, not the request
    "POST /ingest/files": {"positive_data_acceptance"},  # doc_id is for a form with one file
    "POST /ingest/preview": {"positive_data_acceptance"},  # which bytes are a file that has text
    "GET /documents": {
        "positive_data_acceptance",  # a cursor is whatever the store made
        "negative_data_rejection",  # in a query string, a number for a text is a text
    },
}


@pytest.fixture(scope="module")
def edge(
    tmp_path_factory: pytest.TempPathFactory, make_app: Callable[[Settings], FastAPI]
) -> Iterator[Edge]:
    """The application, its lifespan running on a loop of its own."""
    keys = write_keys(tmp_path_factory.mktemp("keys") / "keys.yaml")
    context = started(make_app(make_settings(keys)))
    with asyncio.Runner() as runner:
        yield runner.run(context.__aenter__())
        runner.run(context.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def operations(edge: Edge) -> dict[str, Operation]:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = dict(edge.state)
        await edge.app(scope, receive, send)

    schema = schemathesis.openapi.from_dict(edge.app.openapi())
    schema.app = serve
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    return {each.label: each for each in found}


@pytest.fixture(scope="module")
def checked() -> CaseCheck:
    """Judge an answer by all of schemathesis' checks but those that are named."""
    load_all_checks()

    def check(case: Case[Any], response: Response, skipped: set[str]) -> None:
        is_over_limit = b"limit_exceeded" in response.content
        skipped = skipped | ({"positive_data_acceptance"} if is_over_limit else set())
        skipped |= {"negative_data_rejection"} if response.status_code == 413 else set()
        excluded = [each for each in CHECKS.get_all() if each.__name__ in skipped]
        case.validate_response(response, excluded_checks=excluded)  # type: ignore[arg-type]  # it takes what its registry holds

    return check


@pytest.mark.parametrize(("label", "mode"), OPERATIONS)
def test_every_answer_is_one_that_the_description_promises(
    operations: dict[str, Operation], checked: CaseCheck, label: str, mode: GenerationMode
) -> None:
    skipped = NOT_ASKED | NO_SCHEMA_CAN_SAY.get(label, set())

    @given(case=operations[label].as_strategy(generation_mode=mode))
    @examples(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Case[Any]) -> None:
        case.headers["Authorization"] = f"Bearer {SECRETS['acme']}"
        checked(case, case.call(), skipped)

    run()
