"""A disk with less room than is asked for: documents are refused, all others are served."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.service_process import ServiceProcess

pytestmark = [pytest.mark.process, pytest.mark.model]

TEXT = "Walruses rest on sea ice between dives. They find clams with their whiskers."
QUESTION = {"query": "how does a walrus find food?"}
MORE_THAN_ANY_DISK_MB = str(10**9)


@pytest.fixture(scope="module")
def nearly_full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that stored two documents while there was room."""
    service = ServiceProcess(tmp_path_factory.mktemp("data"))
    service.start_and_wait()
    with service.client() as http:
        for doc_id in ("kept", "deleted"):
            http.post("/ingest", json={"doc_id": doc_id, "text": TEXT}).raise_for_status()
    service.stop()
    service.settings["MIN_FREE_DISK_MB"] = MORE_THAN_ANY_DISK_MB
    service.start_and_wait()
    yield service
    service.stop()


@pytest.fixture
def http(nearly_full: ServiceProcess) -> Iterator[httpx.Client]:
    with nearly_full.client() as client:
        yield client


def test_a_document_is_refused_for_now_and_nothing_of_it_is_stored(http: httpx.Client) -> None:
    refused = http.post("/ingest", json={"doc_id": "refused", "text": TEXT})
    assert refused.status_code == 503
    assert refused.json()["type"].endswith(":insufficient_storage")
    assert int(refused.headers["Retry-After"]) >= 1
    assert http.get("/documents/refused").status_code == 404


def test_a_new_version_is_refused_and_the_old_one_stays_whole(http: httpx.Client) -> None:
    assert http.post("/ingest", json={"doc_id": "kept", "text": "new"}).status_code == 503
    assert http.get("/documents/kept/text").json()["text"] == TEXT
    assert http.get("/documents/kept/verify").json()["whole"] is True


def test_a_change_of_fields_is_refused(http: httpx.Client) -> None:
    assert http.patch("/documents/kept", json={"title": "new"}).status_code == 503
    assert http.get("/documents/kept").json()["title"] is None


def test_documents_are_listed_and_found(http: httpx.Client) -> None:
    listed = http.get("/documents").json()["entries"]
    hits = http.post("/query", json=QUESTION).json()
    assert "kept" in {entry["doc_id"] for entry in listed}
    assert "kept" in {hit["doc_id"] for hit in hits}


def test_a_document_can_be_deleted_to_make_room(http: httpx.Client) -> None:
    assert http.delete("/documents/deleted").status_code == 200
    assert http.get("/documents/deleted").status_code == 404
