"""kill -9 before each step of each write: whole, old or new, and the next attempt finishes it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from netgpt_docs_service.domain.documents import ReceiptStatus
from netgpt_docs_service.domain.search import Question
from netgpt_docs_service.errors import NotFound, StoreUnavailable
from netgpt_docs_service.store.edge_process import EdgeProcess
from tests.support.crash_process import DOC, OPERATIONS, PARAGRAPHS, TITLE, ingest_first, version
from tests.support.killing_engine import KillingEngine
from tests.support.polling import until
from tests.support.protocol import PHRASE
from tests.support.quick_service import TENANT, QuickService, opened_quick_service

pytestmark = pytest.mark.process

OPEN_S = 10.0
QUESTION = Question(text=PHRASE, top_k=2 * PARAGRAPHS)
INGEST = [
    "manifest retrieve",
    "manifest retrieve 2",
    "stored_vectors scroll",
    "manifest retrieve 3",
    "write_chunks upsert",
    "manifest retrieve 4",
    "write_chunks upsert 2",
    "count_chunks count",
    "count_pairs count",
    "flip flush",
    "flip upsert",
    "flip retrieve",
    "flip flush 2",
    "sweep scroll",
    "sweep delete",
    "sweep scroll 2",
]
READS = {step for step in INGEST if "retrieve" in step or "scroll" in step or "count_" in step}
DELETE = ["flip upsert", "flip retrieve", "flip flush", "sweep delete"]
PATCH = ["write_chunks upsert 2", "count_chunks count", "flip upsert", "flip retrieve"]
END = "the end"


@pytest.fixture
def killed(request: pytest.FixtureRequest, quick_folder: Path) -> Path:
    """A folder whose service was killed at (operation, step) of a write of its one document."""
    operation, step = request.param
    module = [sys.executable, "-m", "tests.support.crash_process"]
    done = subprocess.run(
        [*module, str(quick_folder), operation, step],
        start_new_session=True,
        timeout=60,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    return quick_folder


@pytest.fixture
async def reopened(killed: Path) -> AsyncIterator[QuickService]:
    opening = opened_quick_service(killed)
    quick = await asyncio.wait_for(opening.__aenter__(), OPEN_S)
    yield quick
    await opening.__aexit__(None, None, None)


@pytest.fixture
async def engine_to_kill(quick_folder: Path) -> AsyncIterator[tuple[QuickService, KillingEngine]]:
    """A service with version 1 of the document, whose engine alone can be killed at a step."""
    made: list[KillingEngine] = []

    def around(engine: EdgeProcess) -> KillingEngine:
        made.append(KillingEngine(engine))
        return made[0]

    async with opened_quick_service(quick_folder, around=around) as quick:
        made[0].kill = lambda: os.kill(quick.engine.pid or 0, signal.SIGKILL)
        await ingest_first(quick)
        made[0].arm("")
        yield quick, made[0]


async def assert_whole(quick: QuickService, texts: set[str]) -> None:
    verification = await quick.use_cases.read.verify(TENANT, DOC)
    assert verification.is_whole
    assert (await quick.use_cases.read.text(TENANT, DOC)).text in texts
    hits = (await quick.use_cases.search.search(TENANT, QUESTION)).hits
    assert {hit.chunk.generation for hit in hits} == {verification.manifest.generation}
    assert len(hits) == PARAGRAPHS


async def assert_nothing_stale(quick: QuickService) -> None:
    await quick.use_cases.sweep.sweep()
    manifest = await quick.use_cases.read.manifest(TENANT, DOC)
    assert await quick.sets() == {DOC: {manifest.generation}}


@pytest.mark.parametrize(
    ("operation", "steps"), [("ingest", INGEST), ("delete", DELETE), ("patch", PATCH)]
)
async def test_the_steps_to_be_killed_at_are_steps_of_the_write(
    engine_to_kill: tuple[QuickService, KillingEngine], operation: str, steps: list[str]
) -> None:
    quick, engine = engine_to_kill
    await OPERATIONS[operation](quick)
    assert set(steps) <= set(engine.steps)
    assert operation != "ingest" or engine.steps == INGEST


@pytest.mark.parametrize(
    "killed",
    [
        # Killed before it reads, it has changed nothing since the step before.
        pytest.param(("ingest", step), marks=[pytest.mark.soak] if step in READS else [])
        for step in [*INGEST, END]
    ],
    indirect=True,
)
async def test_an_ingest_killed_at_any_step_leaves_a_whole_document_and_can_be_sent_again(
    reopened: QuickService,
) -> None:
    await assert_whole(reopened, {version(1).text, version(2).text})
    await reopened.use_cases.ingest.ingest(TENANT, version(2))
    await assert_whole(reopened, {version(2).text})
    await assert_nothing_stale(reopened)


@pytest.mark.parametrize("killed", [("delete", step) for step in [*DELETE, END]], indirect=True)
async def test_a_delete_killed_at_any_step_leaves_all_or_nothing_and_can_be_sent_again(
    reopened: QuickService,
) -> None:
    try:
        await reopened.use_cases.delete.delete(TENANT, DOC)
    except NotFound:
        assert (await reopened.use_cases.search.search(TENANT, QUESTION)).hits == []
    await reopened.use_cases.sweep.sweep()
    assert await reopened.sets() == {}
    receipt = await reopened.use_cases.ingest.ingest(TENANT, version(1))
    assert receipt.status is ReceiptStatus.CREATED


@pytest.mark.parametrize("killed", [("delete", "flip upsert")], indirect=True)
async def test_a_delete_killed_before_its_tombstone_leaves_the_document_whole(
    reopened: QuickService,
) -> None:
    await assert_whole(reopened, {version(1).text})


@pytest.mark.parametrize("killed", [("patch", step) for step in [*PATCH, END]], indirect=True)
async def test_a_change_of_fields_killed_at_any_step_leaves_a_whole_document_and_can_be_sent_again(
    reopened: QuickService,
) -> None:
    await assert_whole(reopened, {version(1).text})
    await OPERATIONS["patch"](reopened)
    await assert_whole(reopened, {version(1).text})
    assert (await reopened.use_cases.read.manifest(TENANT, DOC)).fields.title == TITLE
    await assert_nothing_stale(reopened)


@pytest.mark.parametrize(
    "step", ["stored_vectors scroll", "write_chunks upsert 2", "flip upsert", "sweep delete"]
)
async def test_an_ingest_whose_engine_is_killed_fails_as_unavailable_and_the_next_one_works(
    engine_to_kill: tuple[QuickService, KillingEngine], step: str
) -> None:
    quick, engine = engine_to_kill
    dead = quick.engine.pid
    engine.arm(step)
    with pytest.raises(StoreUnavailable):
        await OPERATIONS["ingest"](quick)
    await until(lambda: quick.engine.pid != dead, seconds=OPEN_S)
    await quick.use_cases.ingest.ingest(TENANT, version(2))
    await assert_whole(quick, {version(2).text})
    await assert_nothing_stale(quick)
