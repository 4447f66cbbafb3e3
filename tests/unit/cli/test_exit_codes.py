from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from netgpt_docs_service.__main__ import main


@pytest.mark.parametrize(
    ("line", "exit_code", "kind"),
    [
        ("query --no-such-option --json", 2, "usage"),
        ("ingest --json", 2, "usage"),
        ("no-such-command --json", 2, "usage"),
        ("ingest . --glob /etc/* --json", 2, "invalid_input"),
        ("ingest . --glob *.nope --json", 2, "invalid_input"),
        ("query question --filter { --json", 2, "invalid_input"),
        (
            "documents list --url http://127.0.0.1:1 --key schlüssel --json",
            3,
            "configuration_error",
        ),
        ("documents list --json", 3, "configuration_error"),
        ("serve --json", 3, "configuration_error"),
        ("serve --dev --json", 3, "configuration_error"),
    ],
)
def test_json_is_one_document_on_stdout_for_every_failure(
    line: str,
    exit_code: int,
    kind: str,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(sys, "argv", ["netgpt-docs", *line.split()])

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == exit_code
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == kind
