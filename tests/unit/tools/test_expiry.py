"""A document past its `expires_at` is for no reader, and a sweep turns it into a tombstone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from netgpt_docs_service.domain.documents import Document, DocumentFields, ReceiptStatus
from netgpt_docs_service.domain.filters import Comparison
from netgpt_docs_service.domain.search import Question
from netgpt_docs_service.errors import NotFound
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.wiring.sweeping import sweep_once
from tests.support.tools import BEGIN, TEXT, Toolbox

HOUR = timedelta(hours=1)
EVERYTHING = Comparison("eq", "doc_type", "text")


@pytest.fixture
async def services(box: Toolbox) -> Services:
    """Over a document that has expired a moment ago and that no sweep has met."""
    await box.ingest(expires_at=BEGIN + HOUR)
    box.clock.pass_by(HOUR)
    return box.services


@pytest.mark.parametrize("read", ["manifest", "chunks", "text", "verify"])
async def test_no_reader_sees_what_has_expired(services: Services, read: str) -> None:
    with pytest.raises(NotFound):
        await getattr(services.read, read)("acme", "doc")


async def test_a_change_of_fields_does_not_bring_back_what_has_expired(services: Services) -> None:
    with pytest.raises(NotFound):
        await services.change_fields.change(
            "acme", "doc", lambda fields: replace(fields, expires_at=None)
        )


async def test_what_has_expired_is_neither_listed_found_nor_matched(services: Services) -> None:
    page = await services.read.page("acme", condition=None, limit=10, cursor=None)
    answer = await services.search.search("acme", Question(text="walrus"))
    deletion = await services.delete_matching.delete("acme", EVERYTHING, dry_run=False)

    assert (page.entries, page.total_count, answer.hits, deletion.matched) == ([], 0, [], 0)


async def test_the_same_text_sent_again_stays_expired_and_with_a_new_date_comes_back(
    box: Toolbox, services: Services
) -> None:
    old = DocumentFields(tags=("sea",), metadata={"n": 1.0}, expires_at=BEGIN + HOUR)
    again = await services.ingest.ingest("acme", Document(doc_id="doc", text=TEXT, fields=old))
    with pytest.raises(NotFound):
        await services.read.manifest("acme", "doc")

    manifest = await box.ingest(expires_at=BEGIN + 2 * HOUR)

    assert (again.status, manifest.chunk_count) == (ReceiptStatus.UNCHANGED, 3)


async def test_a_sweep_turns_it_into_a_tombstone_without_chunks(
    box: Toolbox, services: Services
) -> None:
    swept = await services.sweep.sweep()

    stands = await box.ports.store.manifest("acme", "doc")
    assert (swept.expired, swept.chunks) == (1, 3)
    assert stands is not None
    assert stands.is_tombstone
    assert (await box.ports.maintenance.totals()).chunks == 0


async def test_a_document_that_has_not_expired_is_left_alone(box: Toolbox) -> None:
    await box.ingest(expires_at=BEGIN + HOUR)
    await box.ingest("for ever")
    box.clock.pass_by(HOUR - timedelta(microseconds=1))

    swept = await box.services.sweep.sweep()

    assert (swept.expired, swept.chunks) == (0, 0)
    assert (await box.check()).documents == 2


async def test_two_sweeps_at_once_expire_a_document_once(box: Toolbox) -> None:
    for number in range(5):
        await box.ingest(f"doc-{number}", expires_at=BEGIN + HOUR)
    box.clock.pass_by(HOUR)

    swept = await asyncio.gather(box.services.sweep.sweep(), box.services.sweep.sweep())

    assert (await box.ports.maintenance.totals()).chunks == 0
    assert (await box.check()).tombstones == 5
    assert await box.services.sweep.sweep() == replace(swept[0], expired=0, chunks=0)


async def test_a_prolonged_document_is_not_expired_as_the_version_it_was(box: Toolbox) -> None:
    await box.ingest(expires_at=BEGIN + HOUR)
    expired = [each async for each in box.ports.maintenance.expired(BEGIN + HOUR)]
    await box.services.change_fields.change(
        "acme", "doc", lambda fields: replace(fields, expires_at=BEGIN + 9 * HOUR)
    )
    box.clock.pass_by(HOUR)
    sweep = box.services.sweep

    removed = [await sweep.expire(*each) for each in expired]

    assert removed == [None]
    assert (await box.services.read.text("acme", "doc")).text == TEXT


async def test_a_write_that_was_accepted_before_the_sweep_wins_over_it(services: Services) -> None:
    accepted = await services.ingest.accept("acme", "doc")
    await services.sweep.sweep()

    receipt = await services.ingest.ingest(
        "acme", Document(doc_id="doc", text="new"), accepted=accepted
    )

    assert receipt.status is ReceiptStatus.CREATED
    assert (await services.read.text("acme", "doc")).text == "new"


async def test_a_sweep_is_counted_with_what_it_removed(box: Toolbox, services: Services) -> None:
    metrics = Metrics()
    await sweep_once(services.sweep, metrics)
    box.clock.pass_by(timedelta(days=8))
    await sweep_once(services.sweep, metrics)

    shown = set(metrics.text().decode().splitlines())

    assert shown >= {
        'netgpt_sweeps_total{outcome="done"} 2.0',
        'netgpt_swept_total{what="expired_documents"} 1.0',
        'netgpt_swept_total{what="chunks"} 3.0',
        'netgpt_swept_total{what="tombstones"} 1.0',
    }


async def test_a_sweep_that_fails_is_counted_and_left_to_the_next(away: Services) -> None:
    metrics = Metrics()

    await sweep_once(away.sweep, metrics)

    assert 'netgpt_sweeps_total{outcome="failed"} 1.0' in metrics.text().decode()


async def test_a_sweep_that_meets_what_nobody_thought_of_is_counted_logged_and_survived(
    box: Toolbox, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = Metrics()
    sweep = replace(box.services.sweep, now=lambda: BEGIN + cast("timedelta", "a day"))

    await sweep_once(sweep, metrics)

    assert 'netgpt_sweeps_total{outcome="failed"} 1.0' in metrics.text().decode()
    assert "a sweep failed" in caplog.text
    assert "TypeError" in caplog.text
