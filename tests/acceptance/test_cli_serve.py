"""What `serve` promises to whoever starts it, routes to it and reads what it prints."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

import httpx
import pytest

from netgpt_docs_service.cli.demo_service import running_service
from tests.support.service_process import KEY, ServiceProcess, wait_until

pytestmark = [pytest.mark.process, pytest.mark.model]

LONG_TEXT = "\n\n".join(
    f"Observation {number}. " + " ".join(f"walrus{number} dives{each}" for each in range(60))
    for number in range(50)
)
"""Some seconds of embedding."""


def test_a_stopping_service_is_not_ready_and_finishes_what_it_was_asked(
    own_service: ServiceProcess,
) -> None:
    own_service.start_and_wait("--dev", is_split=True)
    answers: list[int] = []

    def ingest() -> None:
        body = {"doc_id": "long", "text": LONG_TEXT}
        with own_service.client() as http:
            answers.append(http.post("/ingest", json=body).status_code)

    with httpx.Client(base_url=own_service.address) as router:
        asking = threading.Thread(target=ingest)
        asking.start()
        wait_until(own_service.is_embedding, 30)
        assert router.get("/readyz").status_code == 200
        assert own_service.process is not None
        own_service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: _ready_status(router) != 200, 5)
        assert answers == []
        asking.join()
    assert answers == [201]
    assert own_service.stop() == 0
    lines = own_service.log.read_text().splitlines()
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert any("threads of" in json.loads(line)["message"] for line in lines)
    assert "listening on" in own_service.said.read_text()


def test_with_json_the_address_is_the_first_line(own_service: ServiceProcess) -> None:
    own_service.start_and_wait("--json", is_split=True)
    assert json.loads(own_service.log.read_text()) == {"address": own_service.address}
    assert own_service.stop(signal.SIGINT) == 0
    assert len(own_service.log.read_text().splitlines()) == 1


async def test_no_env_file_of_the_working_directory_reaches_the_demos_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CHUNK_SIZE=1\n")  # refused, if it were read
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    async with running_service(Path("data")) as service, httpx.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {service.key}"}
        answer = await http.get(f"{service.address}/documents", headers=headers)
    assert answer.status_code == 200
    assert service.key != KEY
    assert not (tmp_path / "data" / "dev-key").exists()


def _ready_status(router: httpx.Client) -> int | None:
    try:
        return router.get("/readyz").status_code
    except httpx.HTTPError:  # the listener is closed already
        return None
