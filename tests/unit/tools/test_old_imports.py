"""An import writes at old places in the order: nothing takes what it is writing for dead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from netgpt_docs_service.usecases.archive_lines import DocumentLine
from netgpt_docs_service.usecases.sweep import MAX_WRITE_AGE
from tests.support.fakes import ParagraphChunker
from tests.support.shared_engine import SharedEngine
from tests.support.tools import Toolbox, chunk_point, manifest_point

MINUTE = timedelta(minutes=1)


class CutOffError(Exception):
    """The import's process dies."""


@pytest.fixture(params=[True, False], ids=["with-vectors", "without"])
async def exported(
    box: Toolbox, shared: SharedEngine, request: pytest.FixtureRequest
) -> list[DocumentLine]:
    """A document that was written last long before it comes to an empty store."""
    await box.ingest()
    lines = await box.export(vectors=request.param)
    await shared.empty()
    box.clock.pass_by(MAX_WRITE_AGE + MINUTE)
    return lines


@pytest.fixture
async def cut_off(box: Toolbox, exported: list[DocumentLine]) -> list[DocumentLine]:
    """The same, after an import that died between its chunks and its flip."""

    async def dies() -> None:
        raise CutOffError

    box.before_import_flips = dies
    with pytest.raises(CutOffError):
        await box.import_all(exported)
    box.before_import_flips = None
    return exported


async def repaired(box: Toolbox) -> None:
    await box.check(is_repairing=True)


async def swept(box: Toolbox) -> None:
    await box.services.sweep.sweep()


@pytest.mark.parametrize("clear", [swept, repaired])
async def test_clearing_during_an_import_loses_no_document(
    box: Toolbox, exported: list[DocumentLine], clear: Callable[[Toolbox], Awaitable[None]]
) -> None:
    box.before_import_flips = lambda: clear(box)

    assert await box.import_all(exported) == ["imported"]
    assert (await box.services.read.verify("acme", "doc")).is_whole


@pytest.mark.parametrize("clear", [swept, repaired])
async def test_clearing_during_an_import_over_an_older_version_loses_nothing(
    box: Toolbox, shared: SharedEngine, clear: Callable[[Toolbox], Awaitable[None]]
) -> None:
    await box.ingest(text="older")
    older = await box.export()
    await box.ingest()
    exported = await box.export()
    await shared.empty()
    await box.import_all(older)
    box.clock.pass_by(MAX_WRITE_AGE + MINUTE)
    box.before_import_flips = lambda: clear(box)

    assert await box.import_all(exported) == ["imported"]
    assert await box.export() == exported


@pytest.mark.parametrize("clear", [swept, repaired])
async def test_what_a_dead_import_left_is_cleared_a_week_later_and_not_before(
    box: Toolbox, cut_off: list[DocumentLine], clear: Callable[[Toolbox], Awaitable[None]]
) -> None:
    assert cut_off
    box.clock.pass_by(MAX_WRITE_AGE)
    await clear(box)
    before = await box.ports.maintenance.totals()
    box.clock.pass_by(MINUTE)
    await clear(box)

    assert (before.chunks, (await box.ports.maintenance.totals()).chunks) == (3, 0)


async def test_a_check_counts_what_an_import_is_writing_as_unfinished(
    box: Toolbox, cut_off: list[DocumentLine]
) -> None:
    assert cut_off

    report = await box.check()

    assert (report.is_clean, report.unfinished_sets) == (True, 1)


@pytest.mark.parametrize("later", [MINUTE, MAX_WRITE_AGE + MINUTE])
async def test_an_import_that_was_cut_off_is_completed_by_the_next_whenever_it_comes(
    box: Toolbox, cut_off: list[DocumentLine], later: timedelta
) -> None:
    box.clock.pass_by(later)
    await swept(box)

    assert await box.import_all(cut_off) == ["imported"]
    assert await box.import_all(cut_off) == ["already_there"]
    assert await box.kinds() == []


async def test_two_imports_at_once_leave_one_whole_version(
    box: Toolbox, exported: list[DocumentLine]
) -> None:
    async def another() -> None:
        box.before_import_flips = None
        box.clock.pass_by(MINUTE)
        assert await box.import_all(exported) == ["imported"]

    box.before_import_flips = another

    assert await box.import_all(exported) == ["already_there"]
    assert (await box.check()).chunks_found == 3
    assert await box.kinds() == []


async def test_words_of_a_raised_sequence_are_embedded_where_they_stand(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.ingest()
    await box.change_point(chunk_point(manifest, 1))

    assert await box.import_all(await box.export()) == ["completed"]
    assert await box.kinds() == []


@pytest.mark.parametrize("is_there", [True, False])
async def test_words_without_a_vector_are_embedded_by_an_import(
    box: Toolbox, shared: SharedEngine, *, is_there: bool
) -> None:
    manifest = await box.ingest()
    await box.change_point(chunk_point(manifest, 1))
    exported = await box.export()
    if not is_there:
        await shared.empty()

    statuses = await box.import_all(exported)

    assert statuses == ["completed" if is_there else "imported"]
    assert await box.kinds() == []
    assert box.models_opened == 1


async def test_vectors_that_a_store_lost_come_back_from_its_archive(box: Toolbox) -> None:
    manifest = await box.ingest()
    exported = await box.export()
    await box.change_point(chunk_point(manifest, 1))

    assert await box.import_all(exported) == ["completed"]
    assert await box.export() == exported
    assert await box.import_all(exported) == ["already_there"]
    assert box.models_opened == 0


async def test_a_document_whose_sequence_was_raised_keeps_its_lines(
    box: Toolbox, shared: SharedEngine
) -> None:
    await box.ingest()
    await box.ingest()
    exported = await box.export()
    await shared.empty()

    statuses = await box.import_all(exported) + await box.import_all(exported)

    assert statuses == ["imported", "already_there"]
    assert await box.export() == exported


async def test_a_mended_document_of_a_raised_sequence_is_whole(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.ingest()
    exported = await box.export()
    await box.remove_points(chunk_point(manifest, 0))

    assert await box.import_all(exported) == ["completed"]
    assert await box.kinds() == []


async def test_another_pipeline_is_never_mixed_into_what_stands(box: Toolbox) -> None:
    manifest = await box.ingest()
    exported = await box.export()
    await box.change_point(chunk_point(manifest, 1))
    box.chunker = replace(ParagraphChunker(), fingerprint="paragraphs-2")

    assert await box.import_all(exported) == ["already_there"]
    assert await box.kinds() == ["missing_vector"]


async def test_a_lost_manifest_comes_back_from_the_archive(box: Toolbox) -> None:
    manifest = await box.ingest()
    exported = await box.export()
    await box.remove_points(manifest_point(manifest))
    box.clock.pass_by(MINUTE)

    assert await box.import_all(exported) == ["imported"]
    assert await box.export() == exported
    assert await box.kinds() == []
