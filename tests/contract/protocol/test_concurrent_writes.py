"""Writes and reads of one document at the same time, through the real use cases and store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from netgpt_docs_service.domain.documents import Document, DocumentFields, ReceiptStatus
from netgpt_docs_service.domain.search import Question
from netgpt_docs_service.errors import DeadlineExceeded, NotFound
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.points import Request
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.usecases.verify import rebuilt_text
from tests.support.protocol import PHRASE, text_of
from tests.support.slow_embedder import SlowEmbedder

DOC = "doc"


def version(number: int, paragraphs: int = 4) -> Document:
    return Document(doc_id=DOC, text=text_of(number, paragraphs))


async def test_twenty_concurrent_ingests_leave_the_last_accepted_whole(
    services: Services, tenant: str
) -> None:
    documents = [version(number, 1 + number % 5) for number in range(20)]
    accepted = [await services.ingest.accept(tenant, DOC) for _ in documents]
    receipts = await asyncio.gather(
        *(
            services.ingest.ingest(tenant, document, accepted=place)
            for document, place in zip(documents, accepted, strict=True)
        )
    )
    verification = await services.read.verify(tenant, DOC)
    assert verification.is_whole
    assert (await services.read.text(tenant, DOC)).text == documents[-1].text
    assert receipts[-1].status in {ReceiptStatus.CREATED, ReceiptStatus.UPDATED}
    assert verification.manifest.version == accepted[-1].sequence


async def test_overtaken_ingests_embed_nothing(
    services: Services, tenant: str, embedder: SlowEmbedder
) -> None:
    embedder.go_on.clear()
    first = asyncio.create_task(services.ingest.ingest(tenant, version(0, 2)))
    await embedder.began.wait()
    others = []
    for number in range(1, 10):
        place = await services.ingest.accept(tenant, DOC)
        others.append(
            asyncio.create_task(services.ingest.ingest(tenant, version(number), accepted=place))
        )
        await asyncio.sleep(0)
    embedder.go_on.set()
    receipts = await asyncio.gather(first, *others)
    superseded = [each for each in receipts if each.status is ReceiptStatus.SUPERSEDED]
    assert len(superseded) >= 8
    assert all(each.embedded == 0 for each in superseded)
    assert embedder.passages <= 2 + 4


async def test_readers_always_find_one_whole_version_while_a_document_changes(
    services: Services, tenant: str
) -> None:
    texts = {version(number, 1 + number % 4).text for number in range(40)}
    await services.ingest.ingest(tenant, version(0, 1))
    stop = asyncio.Event()

    async def read() -> int:
        reads = 0
        while not stop.is_set():
            manifest, chunks = await services.read.chunks(tenant, DOC)
            assert rebuilt_text(chunks) in texts
            answer = await services.search.search(tenant, Question(text=PHRASE, top_k=10))
            assert len({hit.chunk.generation for hit in answer.hits}) == 1
            assert len(answer.hits) == answer.hits[0].manifest.chunk_count
            assert manifest.chunk_count == len(chunks)
            reads += 1
        return reads

    readers = [asyncio.create_task(read()) for _ in range(3)]
    for number in range(1, 40):
        await services.ingest.ingest(tenant, version(number, 1 + number % 4))
    stop.set()
    assert sum(await asyncio.gather(*readers)) > 10


async def test_a_delete_beats_an_ingest_accepted_before_it(
    services: Services, tenant: str, embedder: SlowEmbedder
) -> None:
    await services.ingest.ingest(tenant, version(1))
    embedder.go_on.clear()
    embedder.began.clear()
    running = asyncio.create_task(services.ingest.ingest(tenant, version(2)))
    await embedder.began.wait()
    assert (await services.delete.delete(tenant, DOC)).chunk_count == 4
    embedder.go_on.set()
    assert (await running).status is ReceiptStatus.SUPERSEDED
    with pytest.raises(NotFound):
        await services.read.manifest(tenant, DOC)
    assert (await services.search.search(tenant, Question(text=PHRASE))).hits == []


async def test_an_ingest_accepted_after_a_delete_stands(services: Services, tenant: str) -> None:
    await services.ingest.ingest(tenant, version(1))
    await services.delete.delete(tenant, DOC)
    receipt = await services.ingest.ingest(tenant, version(1))
    assert receipt.status is ReceiptStatus.CREATED
    assert (await services.read.text(tenant, DOC)).text == version(1).text


async def test_a_change_of_fields_waits_for_the_ingest_before_it(
    services: Services, tenant: str, embedder: SlowEmbedder
) -> None:
    await services.ingest.ingest(tenant, version(1))
    embedder.go_on.clear()
    embedder.began.clear()
    running = asyncio.create_task(services.ingest.ingest(tenant, version(2)))
    await embedder.began.wait()
    change = asyncio.create_task(
        services.change_fields.change(tenant, DOC, lambda _: DocumentFields(title="new"))
    )
    embedder.go_on.set()
    assert (await running).status is ReceiptStatus.UPDATED
    assert (await change).fields.title == "new"
    assert (await services.read.text(tenant, DOC)).text == version(2).text


async def test_an_edit_embeds_only_what_changed(services: Services, tenant: str) -> None:
    await services.ingest.ingest(tenant, version(1, 5))
    receipt = await services.ingest.ingest(tenant, version(2, 5))
    assert (receipt.embedded, receipt.reused, receipt.deleted) == (1, 4, 1)


async def test_other_fields_on_the_same_text_embed_nothing(services: Services, tenant: str) -> None:
    await services.ingest.ingest(tenant, version(1, 5))
    document = Document(doc_id=DOC, text=version(1, 5).text, fields=DocumentFields(tags=("a",)))
    receipt = await services.ingest.ingest(tenant, document)
    assert (receipt.status, receipt.embedded, receipt.reused) == (ReceiptStatus.UPDATED, 0, 5)


async def test_an_ingest_that_ran_out_of_time_goes_on_where_it_stopped(
    make_services: Callable[..., Services], tenant: str, embedder: SlowEmbedder
) -> None:
    hasty = make_services(ingest_deadline_s=0.5)
    document = version(1, 70)

    embedder.hold_after = 1
    with pytest.raises(DeadlineExceeded, match="send it again"):
        await hasty.ingest.ingest(tenant, document)
    embedder.hold_after = None
    embedder.go_on.set()
    receipt = await make_services().ingest.ingest(tenant, document)
    assert receipt.status is ReceiptStatus.CREATED
    assert 0 < receipt.reused < receipt.chunks


@pytest.mark.parametrize("was_deleted_before", [False, True])
async def test_a_delete_beats_the_ingest_that_would_bring_a_document_into_being(
    services: Services, tenant: str, embedder: SlowEmbedder, *, was_deleted_before: bool
) -> None:
    if was_deleted_before:
        await services.ingest.ingest(tenant, version(1))
        await services.delete.delete(tenant, DOC)
        embedder.began.clear()
    embedder.go_on.clear()
    running = asyncio.create_task(services.ingest.ingest(tenant, version(2)))
    await embedder.began.wait()
    with pytest.raises(NotFound):
        await services.delete.delete(tenant, DOC)
    embedder.go_on.set()
    assert (await running).status is ReceiptStatus.SUPERSEDED
    with pytest.raises(NotFound):
        await services.read.manifest(tenant, DOC)


async def test_a_batch_ends_within_the_deadline_of_one_ingest(
    make_services: Callable[..., Services], tenant: str, embedder: SlowEmbedder
) -> None:
    embedder.go_on.clear()
    hasty = make_services(ingest_deadline_s=0.5)
    documents = [Document(doc_id=f"doc-{number}", text=text_of(number, 1)) for number in range(9)]
    async with asyncio.timeout(5):
        outcomes = await hasty.ingest_many.ingest(tenant, documents)
    assert len(outcomes) == len(documents)
    assert all(isinstance(outcome, DeadlineExceeded) for outcome in outcomes)


async def test_a_cap_for_each_document_costs_few_calls_of_the_engine(
    make_services: Callable[..., Services], tenant: str, engine: PointEngine
) -> None:
    services = make_services()
    for number in range(3):
        document = Document(doc_id=f"doc-{number}", text=text_of(number, 300))
        await services.ingest.ingest(tenant, document)
    calls = 0
    call = engine.call

    async def counted(request: Request[Any]) -> Any:  # noqa: ANN401  passes through
        nonlocal calls
        calls += 1
        return await call(request)

    engine.call = counted  # type: ignore[method-assign]  # counts, and passes through
    question = Question(text=PHRASE, top_k=5, per_document=1)
    answer = await services.search.search(tenant, question)
    assert len(answer.hits) == 3
    assert calls < 60
