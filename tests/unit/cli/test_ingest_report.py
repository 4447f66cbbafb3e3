"""What `netgpt-docs ingest` and `documents delete` print."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from netgpt_docs_service.__main__ import main
from netgpt_docs_service.cli import documents, ingest
from netgpt_docs_service.cli.client import ApiClient
from tests.support.scripted_api import Answer, ScriptedApi, SentForm, all_stored


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ScriptedApi:
    """A service whose key is taken away once it has stored the first files."""

    def forbidden(_: SentForm) -> Answer:
        return 403, {"status": 403, "detail": "the key may not ingest"}

    @asynccontextmanager
    async def connect(*_: object) -> AsyncIterator[ApiClient]:
        yield scripted.client()

    scripted = ScriptedApi(forbidden, script=[all_stored])
    for module in (ingest, documents):
        monkeypatch.setattr(module, "connect", connect)
        monkeypatch.setattr(module, "start_settings", lambda: None)
    for number in range(40):
        (tmp_path / f"{number:02}.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    return scripted


@pytest.mark.usefixtures("api")
def test_an_ingest_that_ends_midway_reports_what_was_stored_and_why_it_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["netgpt-docs", "ingest", "."])
    with pytest.raises(SystemExit) as end:
        main()
    printed = capsys.readouterr()

    assert end.value.code == 1
    assert "16 created, 0 failed" in printed.out
    assert "error: the key may not ingest" in printed.err


@pytest.mark.usefixtures("api")
def test_an_ingest_that_ends_midway_is_one_document_of_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["netgpt-docs", "ingest", ".", "--json"])
    with pytest.raises(SystemExit) as end:
        main()
    report = json.loads(capsys.readouterr().out)

    assert end.value.code == 1
    assert report["counts"] == {"created": 16, "failed": 0}
    assert report["error"]["message"] == "the key may not ingest"


@pytest.mark.parametrize(("pairs", "said"), [(2, ": 3 chunks, 2 pairs\n"), (0, ": 3 chunks\n")])
def test_a_deletion_names_its_pairs_when_there_are_any(
    api: ScriptedApi,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    pairs: int,
    said: str,
) -> None:
    deleted = {"deleted_chunks": 3, "deleted_pairs": pairs}
    api.answers["/documents/talk"] = lambda _: deleted
    monkeypatch.setattr(sys, "argv", ["netgpt-docs", "documents", "delete", "talk"])
    with pytest.raises(SystemExit):
        main()

    assert capsys.readouterr().out.endswith(said)
