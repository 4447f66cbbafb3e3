"""What a running service does when its engine is killed, it is stopped, or callers go away."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest

from tests.support.service_process import KEY, ServiceProcess, wait_until

pytestmark = [pytest.mark.process, pytest.mark.model]

TEXT = "Walruses rest on sea ice between dives. They find clams with their whiskers."
QUESTION = {"query": "how does a walrus find food?"}
BACK_S = 15.0
LONG_TEXT = "\n\n".join(
    f"Observation {number}. " + " ".join(f"walrus{number} dives{each}" for each in range(60))
    for number in range(50)
)
"""Some seconds of embedding."""


@pytest.fixture
def http(service: ServiceProcess) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


@pytest.fixture
def heartbeat(service: ServiceProcess) -> Iterator[list[int]]:
    """The statuses of /livez, asked without a pause all the while a test runs."""
    statuses: list[int] = []
    is_over = Event()

    def ask() -> None:
        with httpx.Client(base_url=service.address, timeout=5.0) as client:
            while not is_over.wait(0.02):
                statuses.append(client.get("/livez").status_code)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        yield statuses
        is_over.set()
        asking.result()


@pytest.fixture
def killed_engine(service: ServiceProcess, http: httpx.Client) -> list[str]:
    """Five acknowledged documents, after which the engine was killed."""
    names = [f"acknowledged-{number}" for number in range(5)]
    for name in names:
        http.post("/ingest", json={"doc_id": name, "text": TEXT}).raise_for_status()
    service.kill_engine()
    return names


def test_requests_without_an_engine_are_answered_or_asked_to_come_again(
    killed_engine: list[str], http: httpx.Client
) -> None:
    answers = [http.post("/query", json=QUESTION) for _ in range(20)]
    assert {answer.status_code for answer in answers} <= {200, 503}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert all(answer.json()["type"].endswith(":store_unavailable") for answer in refused)
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert killed_engine


def test_a_killed_engine_comes_back_with_every_acknowledged_document(
    killed_engine: list[str], http: httpx.Client
) -> None:
    wait_until(lambda: http.post("/query", json=QUESTION).is_success, BACK_S)
    found = [http.get(f"/documents/{name}/verify").json() for name in killed_engine]
    assert all(each["whole"] for each in found)


def test_the_service_lives_while_its_engine_is_killed(
    heartbeat: list[int], killed_engine: list[str], http: httpx.Client
) -> None:
    wait_until(lambda: http.post("/query", json=QUESTION).is_success, BACK_S)
    beats = len(heartbeat)
    wait_until(lambda: len(heartbeat) > beats, BACK_S)
    assert set(heartbeat) == {200}
    assert killed_engine


def test_an_ingest_that_runs_when_the_service_is_stopped_is_finished(
    own_service: ServiceProcess,
) -> None:
    own_service.start_and_wait()
    with own_service.client() as http, ThreadPoolExecutor(1) as pool:
        sent = pool.submit(http.post, "/ingest", json={"doc_id": "long", "text": LONG_TEXT})
        wait_until(own_service.is_embedding, BACK_S)
        status = own_service.stop(signal.SIGTERM)
        assert sent.result().status_code == 201
    assert status == 0
    own_service.start_and_wait()
    with own_service.client() as http:
        assert http.get("/documents/long/text").json()["text"] == LONG_TEXT


@pytest.fixture
def raw(service: ServiceProcess) -> Iterator[socket.socket]:
    """A connection on which half of an ingest was sent."""
    host, port = service.address.removeprefix("http://").rsplit(":", 1)
    half = b'{"doc_id": "half", "text": "Walruses rest'
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"POST /ingest HTTP/1.1\r\nHost: service\r\nContent-Type: application/json\r\n"
            + f"Authorization: Bearer {KEY}\r\nContent-Length: 1000\r\n\r\n".encode()
            + half
        )
        yield connection


def test_a_caller_that_goes_away_in_mid_body_leaves_nothing_behind(
    raw: socket.socket, service: ServiceProcess, http: httpx.Client
) -> None:
    raw.close()
    assert http.get("/documents/half").status_code == 404
    assert http.post("/ingest", json={"doc_id": "next", "text": TEXT}).is_success
    assert "Traceback" not in service.log.read_text()


def test_a_truncated_body_is_answered_or_hung_up_on(
    raw: socket.socket, service: ServiceProcess, http: httpx.Client
) -> None:
    raw.shutdown(socket.SHUT_WR)
    answer = raw.recv(65536)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert http.get("/documents/half").status_code == 404
    assert "Traceback" not in service.log.read_text()


def test_of_twenty_ingests_at_once_the_last_accepted_stands_whole(http: httpx.Client) -> None:
    def send(number: int) -> dict[str, object]:
        text = "\n\n".join(f"Version {number}, paragraph {each}. {TEXT}" for each in range(number))
        answer = http.post("/ingest", json={"doc_id": "contested", "text": text})
        receipt: dict[str, object] = answer.raise_for_status().json()
        return {**receipt, "text": text}

    with ThreadPoolExecutor(20) as pool:
        receipts = list(pool.map(send, range(1, 21)))
    won = [each for each in receipts if each["status"] != "superseded"]
    last = max(won, key=lambda each: str(each["version"]))
    assert http.get("/documents/contested").json()["version"] == last["version"]
    assert http.get("/documents/contested/text").json()["text"] == last["text"]
    assert http.get("/documents/contested/verify").json()["whole"] is True
