"""The service as its operator meets it: started, asked, stopped, started twice."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.support.service_process import KEY, ServiceProcess

pytestmark = [pytest.mark.process, pytest.mark.model]

TEXT = "Walruses rest on sea ice between dives. They find clams with their whiskers."


def test_what_was_ingested_is_still_found_after_a_restart(own_service: ServiceProcess) -> None:
    own_service.start_and_wait()
    with own_service.client() as http:
        assert http.post("/ingest", json={"doc_id": "w", "text": TEXT}).status_code == 201
    assert own_service.stop() == 0
    own_service.start_and_wait()
    with own_service.client() as http:
        hits = http.post("/query", json={"query": "how does a walrus find food?"}).json()
    assert [hit["doc_id"] for hit in hits] == ["w"]
    assert own_service.stop(signal.SIGINT) in {0, 130}


def test_a_second_start_on_the_same_data_names_the_first(service: ServiceProcess) -> None:
    second = service.command("serve", "--json")
    assert second.returncode == 3
    assert service.address in second.stdout
    assert str(service.process.pid if service.process else "") in second.stdout


def test_a_start_without_any_key_is_refused(tmp_path: Path) -> None:
    refused = ServiceProcess(tmp_path, {"API_KEY": ""}).command("serve")
    assert refused.returncode == 3
    assert "API_KEY" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_serve_dev_listens_on_loopback_only(tmp_path: Path) -> None:
    refused = ServiceProcess(tmp_path, {"HOST": "0.0.0.0"}).command("serve", "--dev")  # noqa: S104
    assert refused.returncode == 3
    assert "loopback" in refused.stderr


def test_a_model_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    missing = tmp_path / "no-model"
    refused = ServiceProcess(tmp_path, {"EMBEDDING_MODEL": str(missing)}).command("serve")
    assert refused.returncode == 3
    assert str(missing) in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_in_use_is_one_clear_error(service: ServiceProcess, tmp_path: Path) -> None:
    port = service.address.rpartition(":")[2]
    refused = ServiceProcess(tmp_path, {"PORT": port}).command("serve")
    assert refused.returncode == 3
    assert port in refused.stderr


def test_neither_keys_nor_text_reach_the_log(service: ServiceProcess) -> None:
    with service.client() as http:
        http.post("/ingest", json={"doc_id": "secret", "text": "the launch code is zebra-nine"})
        http.post("/query", json={"query": "what is the zebra-nine code?"})
        http.post("/ingest", json={"doc_id": "secret", "text": "zebra-nine", "metadata": 5})
    log = service.log.read_text()
    assert "/ingest" in log
    assert "zebra" not in log
    assert KEY not in log


def test_commands_find_the_service_that_runs_on_the_data_directory(
    service: ServiceProcess, tmp_path: Path
) -> None:
    (tmp_path / "walrus.md").write_text(f"# Walrus\n\n{TEXT}\n")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    first = service.command("ingest", str(tmp_path), "--json")
    assert first.returncode == 1
    assert '"created": 1' in first.stdout
    assert "broken.pdf" in first.stdout
    (tmp_path / "broken.pdf").unlink()
    again = service.command_json("ingest", str(tmp_path))
    assert again["counts"] == {"unchanged": 1, "failed": 0}
    hits = service.command_json("query", "what do walruses eat?", "--top-k", "1")
    assert hits[0]["doc_id"] == "walrus.md"
    assert hits[0]["heading_path"] == ["Walrus"]
    assert service.command_json("documents", "show", "walrus.md")["doc_id"] == "walrus.md"
    deleted = service.command_json("documents", "delete", "walrus.md")
    assert deleted["deleted_chunks"] == 1
    assert service.command("documents", "show", "walrus.md").returncode == 1


def test_commands_open_the_store_themselves_when_nothing_runs(tmp_path: Path) -> None:
    nothing_runs = ServiceProcess(tmp_path / "data")
    (tmp_path / "note.txt").write_text(TEXT)
    report = nothing_runs.command_json("ingest", str(tmp_path / "note.txt"))
    assert report["counts"] == {"created": 1, "failed": 0}
    page = nothing_runs.command_json("documents", "list")
    assert [entry["doc_id"] for entry in page["entries"]] == ["note.txt"]


def test_doctor_says_what_is_wrong_and_what_is_not(tmp_path: Path) -> None:
    good = ServiceProcess(tmp_path / "data").command_json("doctor")
    assert good["ok"] is True
    bad = ServiceProcess(tmp_path / "data", {"API_KEY": ""}).command("doctor", "--json")
    assert bad.returncode == 1
    assert '"keys": {\n      "ok": false' in bad.stdout
