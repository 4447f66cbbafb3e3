"""A writer held in the one step where another write, or a sweep, can come between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

import pytest

from netgpt_docs_service.domain.documents import Document, Receipt, ReceiptStatus
from netgpt_docs_service.errors import NotFound
from tests.support.gated_store import Gate, GatedStore
from tests.support.protocol import Bench, text_of

DOC = "doc"
VERSION_ONE = text_of(1, 2)
Finish: TypeAlias = Callable[[], Any]


@pytest.fixture
def bench(protocol_bench: Bench) -> Bench:
    protocol_bench.begin_again()
    return protocol_bench


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def hold(bench: Bench) -> Iterator[Callable[..., Finish]]:
    """Run `work` up to its first call of `step`; what is returned lets it go on to its end."""
    tasks: list[asyncio.Task[Any]] = []

    def held(work: Coroutine[Any, Any, Any], gate: Gate, *, step: str) -> Finish:
        task = bench.loop.create_task(work)
        tasks.append(task)
        bench.settle(task, gate)
        while gate.calls[-1] != step:
            gate.pass_one()
            bench.settle(task, gate)

        def finish() -> Any:  # noqa: ANN401  what the work returns
            while not task.done():
                gate.pass_one()
                bench.settle(task, gate)
            return task.result()

        return finish

    yield held
    for task in tasks:
        bench.abandon(task)


@pytest.fixture
def held_patch(bench: Bench, hold: Callable[..., Finish]) -> Finish:
    """A change of fields that waits to flip."""
    gate = Gate()
    change = bench.services(GatedStore(bench.store, gate)).change_fields.change
    return hold(
        change(bench.tenant, DOC, lambda fields: replace(fields, title="new")), gate, step="flip"
    )


@pytest.fixture
def hold_ingest(bench: Bench, hold: Callable[..., Finish]) -> Callable[[str, str], Finish]:
    def held(text: str, step: str) -> Finish:
        gate = Gate()
        ingest = bench.services(GatedStore(bench.store, gate)).ingest
        return hold(ingest.ingest(bench.tenant, Document(doc_id=DOC, text=text)), gate, step=step)

    return held


@pytest.mark.usefixtures("version_one")
def test_an_unchanged_text_that_another_write_replaced_meanwhile_is_superseded(
    bench: Bench, hold_ingest: Callable[[str, str], Finish]
) -> None:
    finish = hold_ingest(VERSION_ONE, "fence")
    ingest = bench.services(bench.store).ingest
    bench.run(ingest.ingest(bench.tenant, Document(doc_id=DOC, text=text_of(2, 3))))
    assert finish().status is ReceiptStatus.SUPERSEDED


@pytest.mark.usefixtures("version_one")
@pytest.mark.parametrize("step", ["stored_vectors", "write_chunks", "count_chunks", "flip"])
def test_an_ingest_that_was_overtaken_at_any_step_is_superseded(
    bench: Bench, hold_ingest: Callable[[str, str], Finish], step: str
) -> None:
    finish = hold_ingest(text_of(2, 3), step)
    services = bench.services(bench.store)
    bench.run(services.ingest.ingest(bench.tenant, Document(doc_id=DOC, text=text_of(3, 2))))
    assert finish().status is ReceiptStatus.SUPERSEDED
    assert bench.run(services.read.text(bench.tenant, DOC)).text == text_of(3, 2)


@pytest.mark.usefixtures("version_one", "fenced")
def test_a_late_sweep_leaves_nothing_of_a_writer_that_died(bench: Bench) -> None:
    manifest = bench.run(bench.services(bench.store).read.manifest(bench.tenant, DOC))
    assert bench.run(bench.generations(bench.tenant)) == {DOC: {manifest.generation}}


@pytest.mark.usefixtures("version_one")
@pytest.mark.parametrize("paragraphs", [1, 3])
def test_a_change_of_fields_keeps_the_text_that_came_while_it_copied(
    bench: Bench,
    hold_ingest: Callable[[str, str], Finish],
    request: pytest.FixtureRequest,
    paragraphs: int,
) -> None:
    finish_ingest = hold_ingest(text_of(2, paragraphs), "flip")
    finish_patch: Finish = request.getfixturevalue("held_patch")
    assert finish_ingest().status is ReceiptStatus.UPDATED
    assert finish_patch().fields.title == "new"
    read = bench.services(bench.store).read
    assert bench.run(read.text(bench.tenant, DOC)).text == text_of(2, paragraphs)


@pytest.fixture
def fenced(bench: Bench, gate: Gate) -> Iterator[asyncio.Task[Receipt]]:
    """An ingest that stands before its flip, after a sweep has removed its chunks."""
    services = bench.services(GatedStore(bench.store, gate))
    document = Document(doc_id=DOC, text=text_of(2, 3))
    writer = bench.loop.create_task(services.ingest.ingest(bench.tenant, document))
    bench.settle(writer, gate)
    while gate.calls[-1] != "flip":
        gate.pass_one()
        bench.settle(writer, gate)
    bench.run(bench.services(bench.store, age=timedelta(days=30)).sweep.sweep())
    yield writer
    bench.abandon(writer)


@pytest.fixture
def finished(bench: Bench, gate: Gate, fenced: asyncio.Task[Receipt]) -> Receipt:
    while not fenced.done():
        gate.pass_one()
        bench.settle(fenced, gate)
    return fenced.result()


@pytest.fixture
def version_one(bench: Bench) -> None:
    ingest = bench.services(bench.store).ingest
    bench.run(ingest.ingest(bench.tenant, Document(doc_id=DOC, text=VERSION_ONE)))


@pytest.mark.usefixtures("version_one", "finished")
def test_the_version_before_a_fenced_writer_stays_whole(bench: Bench) -> None:
    read = bench.services(bench.store).read
    assert bench.run(read.text(bench.tenant, DOC)).text == VERSION_ONE


@pytest.mark.usefixtures("version_one")
def test_a_fenced_writer_does_not_say_that_it_replaced_a_document(finished: Receipt) -> None:
    assert finished.status is ReceiptStatus.SUPERSEDED


def test_a_fenced_writer_does_not_say_that_it_created_a_document(
    finished: Receipt, bench: Bench
) -> None:
    assert finished.status is ReceiptStatus.SUPERSEDED
    with pytest.raises(NotFound):
        bench.run(bench.services(bench.store).read.manifest(bench.tenant, DOC))
