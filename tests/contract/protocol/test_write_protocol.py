"""The protocol of writing: random interleavings of real use cases, with crashes between steps.

Every operation runs on a gated store: it stops before each store call until the machine lets it
through, so that any order of steps of any operations can happen, and a crash is an operation that
is never let through again.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from netgpt_docs_service.domain.documents import Document, DocumentFields, Manifest, ReceiptStatus
from netgpt_docs_service.domain.search import Question
from netgpt_docs_service.errors import NotFound
from netgpt_docs_service.store.interface import GenerationSet
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.usecases.verify import rebuilt_text
from tests.support.gated_store import Gate, GatedStore
from tests.support.protocol import PHRASE, Bench, text_of
from tests.support.protocol_state import Oracle, Running

DOC_IDS = ("a", "b")
MOST_AT_ONCE = 4
TRANSCRIPT = DocumentFields(doc_type="transcript")


@dataclass(frozen=True, slots=True)
class KeptTombstones:
    """The maintenance for sweeps that take living writers for dead ones.

    Tombstones stay: once one is gone, a writer that is older than it can no longer be stopped.
    """

    inner: Any

    def generation_sets(self) -> AsyncIterator[GenerationSet]:
        sets: AsyncIterator[GenerationSet] = self.inner.generation_sets()
        return sets

    def expired(self, at: datetime) -> AsyncIterator[tuple[str, Manifest]]:
        expired: AsyncIterator[tuple[str, Manifest]] = self.inner.expired(at)
        return expired

    async def tombstones(self, before: datetime) -> AsyncIterator[tuple[str, Manifest]]:
        del before
        none: tuple[tuple[str, Manifest], ...] = ()
        for each in none:
            yield each


def has_room(machine: WriteProtocol) -> bool:
    return len(machine.alive) < MOST_AT_ONCE


def has_work(machine: WriteProtocol) -> bool:
    return bool(machine.alive)


class WriteProtocol(RuleBasedStateMachine):
    """Ingests, deletes, PATCHes and sweeps of two documents, step by step, in any order."""

    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.tenant = self.bench.begin_again()
        self.oracles = {doc_id: Oracle() for doc_id in DOC_IDS}
        self.numbers = 0
        self.alive: list[Running] = []

    def start(self, kind: str, doc_id: str, work: Coroutine[Any, Any, Any], gate: Gate) -> None:
        began_at = self.oracles[doc_id].highest_version if doc_id else 0
        operation = Running(kind, doc_id, gate, self.bench.loop.create_task(work), began_at)
        self.alive.append(operation)
        self.bench.settle(operation.task, gate)

    def services(self, gate: Gate) -> Services:
        return self.bench.services(GatedStore(self.bench.store, gate))

    @precondition(has_room)
    @rule(doc_id=st.sampled_from(DOC_IDS), paragraphs=st.integers(1, 5))
    def ingest(self, doc_id: str, paragraphs: int) -> None:
        self.numbers += 1
        self.begin_ingest(doc_id, text_of(self.numbers, paragraphs))

    @precondition(has_room)
    @rule(doc_id=st.sampled_from(DOC_IDS), back=st.integers(1, 2))
    def ingest_again(self, doc_id: str, back: int) -> None:
        """Send a text that was sent before: unchanged, or a way back."""
        texts = list(self.oracles[doc_id].places)
        if texts:
            self.begin_ingest(doc_id, texts[-min(back, len(texts))])

    def begin_ingest(self, doc_id: str, text: str) -> None:
        gate = Gate()
        ingest = self.services(gate).ingest
        oracle = self.oracles[doc_id]

        async def work() -> None:
            accepted = await ingest.accept(self.tenant, doc_id)
            oracle.places.setdefault(text, set()).add(accepted.sequence)
            document = Document(doc_id=doc_id, text=text, fields=TRANSCRIPT)
            receipt = await ingest.ingest(self.tenant, document, accepted=accepted)
            stands = await self.bench.store.manifest(self.tenant, doc_id)
            assert stands.sequence >= accepted.sequence
            if receipt.status != ReceiptStatus.SUPERSEDED:
                assert receipt.content_sha256 == hashlib.sha256(text.encode()).hexdigest()
                oracle.answered = max(oracle.answered, accepted.sequence)

        self.start("ingest", doc_id, work(), gate)

    @precondition(has_room)
    @rule(doc_id=st.sampled_from(DOC_IDS))
    def delete(self, doc_id: str) -> None:
        gate = Gate()
        self.start("delete", doc_id, self.services(gate).delete.delete(self.tenant, doc_id), gate)

    @precondition(has_room)
    @rule(doc_id=st.sampled_from(DOC_IDS))
    def patch(self, doc_id: str) -> None:
        self.numbers += 1
        title = f"title {self.numbers}"

        def change(fields: DocumentFields) -> DocumentFields:
            return replace(fields, title=title)

        gate = Gate()
        oracle, change_fields = self.oracles[doc_id], self.services(gate).change_fields

        async def work() -> None:
            stands = await change_fields.change(self.tenant, doc_id, change)
            if stands.fields.title == title:
                oracle.changed = max(oracle.changed, stands.version)

        self.start("patch", doc_id, work(), gate)

    @precondition(has_room)
    @rule()
    def sweep(self) -> None:
        gate = Gate()
        self.start("sweep", "", self.services(gate).sweep.sweep(), gate)

    @precondition(has_room)
    @rule()
    def sweep_as_if_every_writer_were_dead(self) -> None:
        gate = Gate()
        later = self.bench.services(GatedStore(self.bench.store, gate), age=timedelta(days=30))
        kept: Any = KeptTombstones(later.sweep.maintenance)
        sweep = replace(later.sweep, maintenance=kept)
        self.start("sweep", "", sweep.sweep(), gate)

    @precondition(has_work)
    @rule(which=st.integers(0, MOST_AT_ONCE - 1), steps=st.integers(1, 12))
    def step(self, which: int, steps: int) -> None:
        operation = self.alive[which % len(self.alive)]
        for _ in range(steps):
            if operation.task.done():
                break
            operation.gate.pass_one()
            self.bench.settle(operation.task, operation.gate)
        self.collect(operation)

    @precondition(has_work)
    @rule(which=st.integers(0, MOST_AT_ONCE - 1))
    def crash(self, which: int) -> None:
        """Its process is gone: the operation never makes another step."""
        operation = self.alive.pop(which % len(self.alive))
        self.bench.abandon(operation.task)

    def collect(self, operation: Running) -> None:
        if not operation.task.done() or operation not in self.alive:
            return
        self.alive.remove(operation)
        error = operation.task.exception()
        assert error is None or isinstance(error, NotFound), error
        if operation.kind == "delete" and error is None:
            oracle = self.oracles[operation.doc_id]
            oracle.answered = max(oracle.answered, operation.began_at + 1)

    @invariant()
    def every_document_is_one_whole_version(self) -> None:
        for doc_id, oracle in self.oracles.items():
            manifest = self.bench.run(self.bench.store.manifest(self.tenant, doc_id))
            if manifest is None:
                continue
            assert manifest.version >= oracle.highest_version
            oracle.highest_version = manifest.version
            if manifest.is_tombstone:
                oracle.deleted_at = manifest.sequence
                continue
            assert manifest.version > oracle.deleted_at
            chunks = self.bench.run(self.bench.store.chunks(self.tenant, manifest))
            assert len(chunks) == manifest.chunk_count
            pairs = self.bench.run(self.bench.store.pairs(self.tenant, manifest))
            assert len(pairs) == manifest.pair_count == max(0, len(chunks) - 1)
            assert rebuilt_text(chunks) in oracle.places

    @invariant()
    def readers_find_every_document_that_exists(self) -> None:
        services = self.bench.services(self.bench.store)
        question = Question(text=PHRASE, top_k=20)
        hits = self.bench.run(services.search.search(self.tenant, question)).hits
        for doc_id in DOC_IDS:
            manifest = self.bench.run(self.bench.store.manifest(self.tenant, doc_id))
            found = {hit.chunk.generation for hit in hits if hit.chunk.doc_id == doc_id}
            exists = manifest is not None and not manifest.is_tombstone
            assert found == ({manifest.generation} if exists and manifest else set())

    @invariant()
    def nothing_that_was_answered_is_undone_by_something_older(self) -> None:
        for doc_id, oracle in self.oracles.items():
            manifest = self.bench.run(self.bench.store.manifest(self.tenant, doc_id))
            if manifest is None:
                assert oracle.answered == 0
                continue
            assert manifest.sequence >= oracle.answered
            if manifest.is_tombstone:
                continue
            text = rebuilt_text(self.bench.run(self.bench.store.chunks(self.tenant, manifest)))
            accepted = max(oracle.places[text])
            assert accepted >= oracle.answered
            assert manifest.fields.title or accepted >= oracle.changed

    def teardown(self) -> None:
        for operation in list(self.alive):
            for _ in range(300):
                if operation.task.done():
                    break
                operation.gate.pass_one()
                self.bench.settle(operation.task, operation.gate)
            assert operation.task.done(), (operation.kind, operation.gate.calls[-20:])
            self.collect(operation)
        self.every_document_is_one_whole_version()
        self.nothing_stale_is_left_once_everything_is_old()
        self.leave_little_for_the_next_one_to_walk()

    def nothing_stale_is_left_once_everything_is_old(self) -> None:
        later = self.bench.services(self.bench.store, age=timedelta(days=30))
        self.bench.run(later.sweep.sweep())
        left = self.bench.run(self.bench.generations(self.tenant))
        for doc_id in DOC_IDS:
            manifest = self.bench.run(self.bench.store.manifest(self.tenant, doc_id))
            current = {manifest.generation} - {None} if manifest else set()
            assert left.get(doc_id, set()) == current

    def leave_little_for_the_next_one_to_walk(self) -> None:
        services = self.bench.services(self.bench.store)
        for doc_id in DOC_IDS:
            with suppress(NotFound):
                self.bench.run(services.delete.delete(self.tenant, doc_id))
        self.bench.run(self.bench.services(self.bench.store, age=timedelta(days=60)).sweep.sweep())


@pytest.fixture
def machine(protocol_bench: Bench) -> type[WriteProtocol]:
    WriteProtocol.bench = protocol_bench
    return WriteProtocol


def run_machine(machine: type[WriteProtocol], examples: int) -> None:
    case = machine.TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
    )
    case().runTest()


def test_no_interleaving_of_writes_loses_mixes_or_revives_a_document(
    machine: type[WriteProtocol], example_count: int
) -> None:
    run_machine(machine, example_count)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_thousands_of_interleavings_lose_nothing(
    machine: type[WriteProtocol], example_count: int
) -> None:
    run_machine(machine, 25 * example_count)
