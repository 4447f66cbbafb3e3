from __future__ import annotations

import pytest

from netgpt_docs_service.cli.client import RequestFailed, remote_client
from netgpt_docs_service.errors import ConfigurationError
from tests.support.scripted_api import ScriptedApi


@pytest.mark.parametrize("key", ["schlüssel", "two\nlines"])
async def test_a_key_that_no_header_carries_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ConfigurationError, match="printable ASCII") as refused:
        async with remote_client("http://127.0.0.1:1", key):
            pass

    assert key not in refused.value.message


async def test_an_address_that_is_none_is_one_clear_error() -> None:
    with pytest.raises(ConfigurationError, match="is not an address"):
        async with remote_client("http://[::1", "key"):
            pass


async def test_a_problem_without_errors_is_told_by_its_detail() -> None:
    problem = {"status": 409, "detail": "taken", "errors": None}
    client = ScriptedApi(lambda _: (409, problem)).client()

    with pytest.raises(RequestFailed, match=r"^taken$"):
        await client.upload("/ingest/files", {"replace": "true"}, [])
