"""kill -9 of a service again and again while it stores documents on a Qdrant server."""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.face_process import FaceProcess, running_face
from tests.support.replicas import on_server
from tests.support.service_process import ServiceProcess, wait_until

pytestmark = [pytest.mark.process, pytest.mark.model]

WRITERS = 8
PROGRESS_S = 120.0


@dataclass
class Load:
    """Documents that writers send until each has been answered, whoever dies meanwhile."""

    service: ServiceProcess
    count: int
    waiting: SimpleQueue[int] = field(default_factory=SimpleQueue)
    answered: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in range(self.count):
            self.waiting.put(number)

    def text(self, number: int) -> str:
        return "\n\n".join(f"Part {part} of document number {number}." for part in range(3))

    def has_answered(self, count: int) -> bool:
        return len(self.answered) >= count

    def write(self) -> None:
        with self.service.client() as client:
            while len(self.answered) < self.count:
                try:
                    number = self.waiting.get(timeout=0.1)
                except Empty:
                    continue
                if not self.sent(client, number):
                    self.waiting.put(number)

    def sent(self, client: httpx.Client, number: int) -> bool:
        body = {"doc_id": f"doc-{number}", "text": self.text(number)}
        try:
            answer = client.post("/ingest", json=body)
        except httpx.HTTPError:
            return False
        if answer.is_success:
            self.answered[number] = answer.json()["status"]
        return answer.is_success


@pytest_asyncio.fixture
async def face(tmp_path: Path) -> AsyncIterator[FaceProcess]:
    async with running_face(tmp_path / "face") as face:
        yield face


@pytest.fixture
def service(face: FaceProcess, tmp_path: Path) -> Iterator[ServiceProcess]:
    service = on_server(tmp_path / "service", face.url)
    service.start_and_wait()
    yield service
    service.stop()


@pytest.fixture
def loaded(request: pytest.FixtureRequest, service: ServiceProcess) -> Load:
    """All documents were answered, and the service was killed so many times in between."""
    count, kills = request.param
    load = Load(service, count)
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(load.write) for _ in range(WRITERS)]
        for enough in [count * kill // (kills + 1) for kill in range(1, kills + 1)]:
            wait_until(partial(load.has_answered, enough), PROGRESS_S)
            service.kill_group()
            service.start_and_wait()
        for each in writing:
            each.result(PROGRESS_S)
    return load


SOME = pytest.param((40, 1), id="40 documents, killed once")
MANY = pytest.param((1000, 6), id="1000 documents, killed six times", marks=pytest.mark.soak)


@pytest.mark.parametrize("loaded", [SOME, MANY], indirect=True)
def test_every_answered_document_is_there_once_and_whole(loaded: Load) -> None:
    service = loaded.service
    texts = {f"doc-{number}": loaded.text(number) for number in range(loaded.count)}
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    assert listed(service) == sorted(hashes.items())
    assert service.stop(signal.SIGTERM) == 0
    done = service.command("fsck", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["findings"] == []


def listed(service: ServiceProcess) -> list[tuple[str, str]]:
    """Return id and hash of every document, as often as it is listed."""
    found: list[tuple[str, str]] = []
    asked: dict[str, Any] = {"limit": 1000}
    with service.client() as client:
        while asked.get("cursor", "first"):
            page = client.get("/documents", params=asked).json()
            found += [(entry["doc_id"], entry["content_sha256"]) for entry in page["entries"]]
            asked["cursor"] = page["next_cursor"]
    return sorted(found)
