"""Whatever a stranger uploads, the service stays as it was and reads the next file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.files.hostile_uploads import HOSTILE_UPLOADS, STORED, HostileUpload
from tests.support.resident_memory import resident_mb
from tests.support.service_process import ServiceProcess
from tests.support.uploads import FORM, one_file

pytestmark = [pytest.mark.process, pytest.mark.model]

WALL_CLOCK_S = 4.0
MOST_MB = 100.0
FINE = one_file("fine.txt", b"The next file is read as ever.")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """One service for all strangers, with little patience and little memory for each file."""
    settings = {"EXTRACTION_TIMEOUT_S": str(WALL_CLOCK_S), "EXTRACTION_MEMORY_MB": "256"}
    process = ServiceProcess(tmp_path_factory.mktemp("data"), settings)
    process.start_and_wait()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def http(service: ServiceProcess) -> Iterator[httpx.Client]:
    with service.client() as client:
        client.post("/ingest/preview", content=FINE, headers=FORM).raise_for_status()
        yield client


@pytest.mark.parametrize("upload", HOSTILE_UPLOADS, ids=lambda upload: upload.title)
def test_a_hostile_file_ends_as_it_should_and_the_next_is_read(
    service: ServiceProcess, http: httpx.Client, upload: HostileUpload
) -> None:
    body = one_file(upload.name, upload.make())
    before_mb = resident_mb(service.pid)
    began = time.monotonic()

    answer = http.post("/ingest/preview", content=body, headers=FORM)

    took_s = time.monotonic() - began
    kind = STORED if answer.is_success else answer.json()["type"].rpartition(":")[2]
    assert kind in upload.ends, answer.text[:500]
    assert took_s < WALL_CLOCK_S + 3
    assert resident_mb(service.pid) - before_mb < MOST_MB
    assert http.post("/ingest/preview", content=FINE, headers=FORM).is_success


def test_no_stranger_gets_to_read_our_files(http: httpx.Client, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("what only this machine knows")
    prolog = f'<!DOCTYPE r [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    xml = f'<?xml version="1.0"?>{prolog}<r>before &e; after</r>'.encode()

    answer = http.post("/ingest/preview", content=one_file("a.xml", xml), headers=FORM)

    assert secret.read_text() not in answer.text
