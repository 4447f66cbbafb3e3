"""Uploads over a socket: cut off, too large, refused while they are still coming."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.edge import SECRETS
from tests.support.resident_memory import resident_mb
from tests.support.service_process import wait_until
from tests.support.uploads import BOUNDARY, FORM, body, part

pytestmark = pytest.mark.process

HEADERS = {"Authorization": f"Bearer {SECRETS['acme']}"}
MIB = 2**20


@dataclass(frozen=True)
class UploadService:
    """A service in a process of its own."""

    pid: int
    port: int
    client: httpx.Client

    def open_files(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def send_raw(self, length: int, content: bytes) -> socket.socket:
        """Send the beginning of an upload of `length` bytes."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        said = {**HEADERS, **FORM, "Host": "edge", "Content-Length": str(length)}
        lines = [f"{name}: {value}" for name, value in said.items()]
        head = "\r\n".join(["POST /ingest/files HTTP/1.1", *lines, "", ""])
        connection.sendall(head.encode() + content)
        return connection


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UploadService]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.upload_process", str(tmp_path_factory.mktemp("up"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    port = int(process.stdout.readline())
    address = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=address, headers=HEADERS, timeout=60) as client:
        yield UploadService(process.pid, port, client)
    process.stdin.close()
    process.stdout.close()
    process.wait(30)


def test_an_upload_that_is_cut_off_stores_nothing_and_leaves_nothing(
    service: UploadService,
) -> None:
    assert service.client.get("/me").status_code == 200
    before = service.open_files()
    whole = body(part('name="files"; filename="a.txt"'), part('name="files"; filename="b.txt"'))

    with service.send_raw(len(whole) + 5 * MIB, whole[:-10] + b"x" * 3 * MIB):
        wait_until(lambda: service.open_files() > before, 10)

    wait_until(lambda: service.open_files() <= before, 10)
    assert service.client.get("/documents").json()["total_count"] == 0


def test_memory_stays_flat_while_files_over_the_limit_come(service: UploadService) -> None:
    opening = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="'
    block = b"x" * MIB

    def sent() -> Iterator[bytes]:
        for number in range(20):
            yield f'{opening}{number}.txt"\r\n\r\n'.encode()
            for _ in range(10):
                yield block
            yield b"one byte over\r\n"
            highest.append(resident_mb(service.pid))
        yield f"--{BOUNDARY}--\r\n".encode()

    before = resident_mb(service.pid)
    highest = [before]
    answer = service.client.post("/ingest/files", content=sent(), headers=FORM).json()

    assert [each["problem"]["status"] for each in answer["rejected"]] == [413] * 20
    assert max(*highest, resident_mb(service.pid)) - before < 100


def test_a_form_that_is_refused_in_the_middle_is_answered_and_the_connection_goes_on(
    service: UploadService,
) -> None:
    content = body(part('name="title"', b"x" * 5 * MIB), part('name="files"; filename="a.txt"'))

    refused = service.client.post("/ingest/files", content=content, headers=FORM)
    after = service.client.get("/me")

    assert (refused.status_code, after.status_code) == (422, 200)
    assert "more than 65536 bytes" in refused.text
