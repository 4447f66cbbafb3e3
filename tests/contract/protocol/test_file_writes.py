"""Files among other writes: what stands is confirmed unread, a name is one file's, holes mend."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any, cast

import pytest

from netgpt_docs_service.domain.documents import DocumentFields, ReceiptStatus
from netgpt_docs_service.domain.files import SourceFile
from netgpt_docs_service.errors import DeadlineExceeded, NameTaken
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_writes import Delete
from netgpt_docs_service.store.points import Point
from netgpt_docs_service.usecases.ingest_files import FileUpload, StoredFile
from netgpt_docs_service.usecases.services import Services
from tests.support.plain_extractor import PlainExtractor
from tests.support.slow_embedder import SlowEmbedder
from tests.support.tenant_points import points_of


def upload(name: str, text: str = "", *, replaces: bool = False, **fields: str) -> FileUpload:
    content = (text or f"the text of {name}").encode()
    file = SourceFile(
        content=BytesIO(content),
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        name=name,
    )
    return FileUpload(file=file, fields=DocumentFields(**fields), may_replace=replaces)  # type: ignore[arg-type]  # texts only


@pytest.fixture
def extractor(services: Services) -> PlainExtractor:
    return cast("PlainExtractor", services.ingest_files.reading.extractor)


async def one(services: Services, tenant: str, sent: FileUpload) -> StoredFile:
    (outcome,) = await services.ingest_files.ingest(tenant, [sent])
    assert isinstance(outcome, StoredFile), outcome
    return outcome


async def test_one_file_is_read_while_another_is_embedded(
    services: Services, tenant: str, extractor: PlainExtractor, embedder: SlowEmbedder
) -> None:
    second_is_read = asyncio.Event()

    async def after_the_first_is_embedded(name: str) -> None:
        if name == "second":
            await embedder.began.wait()
            second_is_read.set()

    extractor.hold = after_the_first_is_embedded
    embedder.go_on.clear()
    async with asyncio.timeout(10):
        uploads = [upload("first"), upload("second")]
        work = asyncio.create_task(services.ingest_files.ingest(tenant, uploads))
        await second_is_read.wait()
        assert not work.done()
        embedder.go_on.set()
        outcomes = await work

    assert [isinstance(each, StoredFile) for each in outcomes] == [True, True]


async def test_no_more_files_than_have_a_place_are_read_at_once(
    services: Services, tenant: str, extractor: PlainExtractor
) -> None:
    at_once: list[int] = []

    async def hold(_: str) -> None:
        at_once.append(1)
        await asyncio.sleep(0)
        at_once.append(-1)

    extractor.hold = hold
    await services.ingest_files.ingest(tenant, [upload(f"{n}") for n in range(20)])

    assert max(sum(at_once[:end]) for end in range(len(at_once))) <= 8


async def test_a_hole_makes_the_same_file_be_read_and_written_again(
    services: Services, tenant: str, engine: PointEngine, extractor: PlainExtractor
) -> None:
    first = await one(services, tenant, upload("a"))
    chunks: list[Point] = [
        each for each in await points_of(engine, tenant) if each.payload["kind"] == "chunk"
    ]
    await engine.call(Delete((chunks[0].id,)))

    again = await one(services, tenant, upload("a"))
    whole = await one(services, tenant, upload("a"))

    assert [each.receipt.status for each in (first, again, whole)] == [
        ReceiptStatus.CREATED,
        ReceiptStatus.UPDATED,
        ReceiptStatus.UNCHANGED,
    ]
    assert extractor.read == ["a", "a"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, "unchanged"), ({"title": "Another"}, "updated"), ({"intent": "x"}, "updated")],
)
async def test_the_same_bytes_are_written_again_only_with_other_fields(
    services: Services, tenant: str, fields: dict[str, Any], status: str
) -> None:
    await one(services, tenant, upload("a"))

    again = await one(services, tenant, upload("a", **fields))

    assert again.receipt.status.value == status


async def test_another_extractor_reads_the_same_bytes_again(
    services: Services, tenant: str, extractor: PlainExtractor
) -> None:
    await one(services, tenant, upload("a"))
    extractor.fingerprint = "plain-2"

    again = await one(services, tenant, upload("a"))

    assert again.receipt.status is ReceiptStatus.UPDATED


async def test_a_title_found_in_the_file_is_not_one_that_was_sent(
    services: Services, tenant: str
) -> None:
    first = await one(services, tenant, upload("a", "# Found\ntext"))
    again = await one(services, tenant, upload("a", "# Found\ntext"))
    sent = await one(services, tenant, upload("a", "# Found\ntext", title="Sent"))
    unsaid = await one(services, tenant, upload("a", "# Found\ntext"))

    assert [each.title for each in (first, again, sent, unsaid)] == [
        *("Found", "Found", "Sent", "Sent")
    ]
    assert [each.receipt.status.value for each in (again, sent, unsaid)] == [
        *("unchanged", "updated", "unchanged")
    ]


@pytest.mark.parametrize("is_one_process", [True, False])
async def test_one_name_with_two_contents_at_once_is_one_files(
    make_services: Callable[..., Services],
    tenant: str,
    embedder: SlowEmbedder,
    *,
    is_one_process: bool,
) -> None:
    mine = make_services()
    other = mine if is_one_process else make_services()
    embedder.go_on.clear()
    async with asyncio.timeout(20):
        works = [
            asyncio.create_task(services.ingest_files.ingest(tenant, [upload("a", text)]))
            for services, text in ((mine, "one"), (other, "two"))
        ]
        await embedder.began.wait()
        embedder.go_on.set()
        outcomes = [(await work)[0] for work in works]

    created = [each for each in outcomes if isinstance(each, StoredFile)]
    assert len(created) == 1
    assert [type(each) for each in outcomes if each not in created] == [NameTaken]
    stands = await mine.read.manifest(tenant, "a")
    assert stands.version == created[0].receipt.version


async def test_a_name_is_free_again_when_its_file_is_deleted(
    services: Services, tenant: str
) -> None:
    await one(services, tenant, upload("a", "one"))
    await services.delete.delete(tenant, "a")

    again = await one(services, tenant, upload("a", "two"))

    assert again.receipt.status is ReceiptStatus.CREATED


async def test_a_write_accepted_while_a_file_is_read_stays(
    services: Services, tenant: str, extractor: PlainExtractor
) -> None:
    async def write_meanwhile(_: str) -> None:
        newer = replace(upload("a", "newer"), doc_id="a")
        extractor.hold = nothing
        await one(services, tenant, newer)

    async def nothing(_: str) -> None:
        """Hold nothing up."""

    extractor.hold = write_meanwhile
    older = await one(services, tenant, upload("a", "older", replaces=True))

    assert older.receipt.status is ReceiptStatus.SUPERSEDED


async def test_files_that_are_not_done_in_time_say_so_one_by_one(
    services: Services, tenant: str, embedder: SlowEmbedder
) -> None:
    embedder.hold_after = 1
    uploads = [upload(f"{n}") for n in range(12)]

    outcomes = await services.ingest_files.ingest(tenant, uploads, within_s=0.5)

    late = [each for each in outcomes if isinstance(each, DeadlineExceeded)]
    assert 0 < len(late) < len(outcomes)
    assert any("not finished" in each.message for each in late)
    assert any("not begun" in each.message for each in late)
