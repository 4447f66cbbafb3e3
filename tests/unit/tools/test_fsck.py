"""Damage of every kind, planted through the engine, is found; what may be repaired is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from netgpt_docs_service.domain.chunks import generation_sequence
from netgpt_docs_service.store.point_writes import Upsert
from netgpt_docs_service.store.points import Point
from netgpt_docs_service.usecases.findings import FindingKind
from tests.support.tools import BEGIN, Toolbox, chunk_point, manifest_point

HOUR, AGE = timedelta(hours=1), timedelta(days=8)
LONG_AGO = 1_000
ELSEWHERE = "00000000-0000-4000-8000-000000000001"


async def test_a_store_without_damage_is_clean_and_counted(box: Toolbox) -> None:
    await box.ingest()
    await box.ingest("other", tenant="beta", text=" \n\none\n\ntwo")
    await box.ingest("old", expires_at=BEGIN + HOUR)
    await box.services.delete.delete("beta", "other")
    box.clock.pass_by(HOUR)

    report = await box.check()

    assert report.is_clean
    assert (report.documents, report.tombstones, report.expired) == (1, 1, 1)
    assert report.chunks_found == report.chunks_expected == 6
    assert box.told[-1] == ("chunks", 6)


async def test_a_set_below_its_manifest_is_stale_and_repaired(box: Toolbox) -> None:
    await box.ingest()
    generation = await box.plant_set(LONG_AGO)
    box.clock.pass_by(HOUR)

    found = await box.check()
    repaired = await box.check(is_repairing=True)

    (finding,) = found.findings
    assert (finding.kind, finding.generation, finding.chunks) == (
        FindingKind.STALE_SET,
        generation,
        2,
    )
    assert not found.is_clean
    assert (repaired.is_clean, repaired.findings[0].is_repaired) == (True, True)
    assert await box.kinds() == []


async def test_a_set_that_a_flip_of_this_minute_left_is_no_finding(box: Toolbox) -> None:
    await box.ingest()
    await box.plant_set(LONG_AGO)

    report = await box.check()

    assert (report.is_clean, report.settling_sets) == (True, 1)


async def test_an_old_set_without_a_manifest_is_an_orphan_and_repaired(box: Toolbox) -> None:
    await box.plant_set(LONG_AGO, doc_id="gone")

    assert await box.kinds() == ["orphan_set"]
    assert (await box.check(is_repairing=True)).is_clean
    assert await box.kinds() == []


@pytest.mark.parametrize("doc_id", ["doc", "new"])
async def test_a_set_that_may_have_a_living_writer_is_reported_and_never_touched(
    box: Toolbox, doc_id: str
) -> None:
    manifest = await box.ingest()
    await box.plant_set(manifest.sequence + 1, doc_id=doc_id)

    report = await box.check(is_repairing=True)

    assert (report.is_clean, report.unfinished_sets, report.chunks_found) == (True, 1, 5)
    assert (await box.check()).unfinished_sets == 1


async def test_a_set_of_a_write_that_died_long_ago_is_fenced_and_removed(box: Toolbox) -> None:
    manifest = await box.ingest()
    generation = await box.plant_set(manifest.sequence + 1)
    box.clock.pass_by(AGE)

    assert await box.kinds() == ["abandoned_set"]
    assert (await box.check(is_repairing=True)).is_clean
    stands = await box.services.read.manifest("acme", "doc")
    assert stands.sequence == generation_sequence(generation)
    assert (await box.services.read.verify("acme", "doc")).is_whole


async def test_a_missing_chunk_is_a_hole_that_no_repair_hides(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.remove_points(chunk_point(manifest, 1))

    report = await box.check(is_repairing=True)

    (finding,) = report.findings
    assert finding.kind is FindingKind.HOLE
    assert "2 of 3 chunks are there; missing: 1" in finding.detail
    assert "ingest it again" in finding.kind.advice
    assert not report.is_clean
    assert not (await box.services.read.verify("acme", "doc")).is_whole


async def test_the_same_text_sent_again_mends_a_hole(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.remove_points(chunk_point(manifest, 1))

    again = await box.ingest()

    assert again.content_sha256 == manifest.content_sha256
    assert (await box.services.read.verify("acme", "doc")).is_whole
    assert await box.kinds() == []


async def test_a_chunk_too_many_is_a_hole_for_both_who_verify(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.change_point(chunk_point(manifest, 0), to=chunk_point(manifest, 3), chunk_index=3)

    verified = await box.services.read.verify("acme", "doc")

    assert (verified.is_whole, verified.chunks_found) == (False, 4)
    assert "hole" in await box.kinds()


async def test_other_text_than_was_stored_is_found(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.change_point(chunk_point(manifest, 0), text="worst walrus\n\n")

    assert "text_mismatch" in await box.kinds()


async def test_a_manifest_that_cannot_be_read_is_found_and_its_chunks_are_left_alone(
    box: Toolbox,
) -> None:
    manifest = await box.ingest()
    await box.change_point(manifest_point(manifest), sequence=None)
    box.clock.pass_by(AGE)

    report = await box.check(is_repairing=True)

    assert [each.kind.value for each in report.findings] == ["unreadable_manifest"]
    assert "'sequence'" in report.findings[0].detail
    assert report.chunks_found == 3
    assert (await box.services.sweep.sweep()).chunks == 0


@pytest.mark.parametrize(
    "change",
    [
        {"size_bytes": "12"},
        {"pages": -1},
        {"took_ms": "soon"},
        {"title": 5},
        {"metadata": {"n": {"m": 1}}},
        {"tags": "sea"},
        {"token_count": 2**60},
        {"version": 0},
        {"generation": 5},
        {"expires_at": "2027-05-01T00:00:00"},
        {"updated_at": 5},
    ],
)
async def test_a_manifest_with_an_odd_value_is_found_and_not_exported(
    box: Toolbox, change: dict[str, Any]
) -> None:
    manifest = await box.ingest()
    await box.ingest("fine")
    await box.change_point(manifest_point(manifest), **change)

    assert await box.kinds() == ["unreadable_manifest"]
    assert [each.doc_id for each in await box.refused()] == ["doc"]
    assert (await box.services.sweep.sweep()).chunks == 0


@pytest.mark.parametrize(
    "change", [{"text": 5}, {"char_start": "a"}, {"heading_path": "a"}, {"chunk_hash": 5}]
)
async def test_a_chunk_with_an_odd_value_is_found_and_not_exported(
    box: Toolbox, change: dict[str, Any]
) -> None:
    manifest = await box.ingest()
    await box.ingest("fine")
    await box.change_point(chunk_point(manifest, 1), **change)

    assert await box.kinds() == ["unreadable_chunk"]
    assert [each.doc_id for each in await box.refused()] == ["doc"]


async def test_a_text_of_another_length_than_its_manifest_says_is_found(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.change_point(manifest_point(manifest), char_count=7)

    assert await box.kinds() == ["text_mismatch"]
    assert len(await box.refused()) == 1


async def test_a_set_that_no_write_could_name_ends_no_sweep(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.change_point(chunk_point(manifest, 1), to=ELSEWHERE, generation="10-x")

    assert "unreadable_chunk" in await box.kinds()
    assert (await box.services.sweep.sweep()).chunks == 0


async def test_a_vector_without_its_names_ends_no_export(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.change_vector_point(chunk_point(manifest, 1), to=ELSEWHERE, chunk_hash=None)

    assert len(await box.export()) == 1


async def test_a_manifest_under_a_wrong_id_is_found(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.change_point(manifest_point(manifest), to=ELSEWHERE)

    assert await box.kinds() == ["unreadable_manifest"]


async def test_a_chunk_that_cannot_be_read_is_found(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.change_point(chunk_point(manifest, 1), to=ELSEWHERE, generation=None)

    assert await box.kinds() == ["unreadable_chunk"]


async def test_a_point_whose_names_disagree_with_its_id_is_found(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.change_point(chunk_point(manifest, 2), tenant="beta")

    kinds = await box.kinds()

    assert "misplaced_chunk" in kinds
    assert "hole" in kinds


async def test_an_index_that_is_there_twice_is_found(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.change_point(chunk_point(manifest, 2), to=ELSEWHERE)

    assert await box.kinds() == ["duplicate_index", "hole"]


async def test_words_without_a_vector_are_found(box: Toolbox) -> None:
    manifest = await box.ingest(text="first walrus\n\n\n\nthird whale")
    await box.change_point(chunk_point(manifest, 0), title="changed")

    report = await box.check()

    assert [each.kind for each in report.findings] == [FindingKind.MISSING_VECTOR]
    assert "chunk 0" in report.findings[0].detail


async def test_points_of_something_else_are_counted(box: Toolbox) -> None:
    await box.engine.call(Upsert(points=(Point(ELSEWHERE, {"name": "stranger"}),)))

    kinds = await box.kinds()
    await box.remove_points(ELSEWHERE)

    assert kinds == ["unknown_points"]


async def test_one_tenants_check_sees_no_other(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.ingest("fine", tenant="beta")
    await box.remove_points(chunk_point(manifest, 1))

    report = await box.check(tenant="beta")

    assert (report.is_clean, report.documents, report.chunks_found) == (True, 1, 3)


async def test_a_document_that_is_replaced_while_it_is_checked_is_no_finding(box: Toolbox) -> None:
    await box.ingest()
    box.replaced_while_read = lambda: box.ingest(text="another\n\none")

    report = await box.check()

    assert (report.is_clean, report.documents, report.chunks_expected) == (True, 1, 2)


async def test_repair_forgets_old_tombstones(box: Toolbox) -> None:
    await box.ingest()
    await box.services.delete.delete("acme", "doc")
    box.clock.pass_by(AGE)

    report = await box.check(is_repairing=True)

    assert report.forgotten_tombstones == 1
    assert (await box.check()).tombstones == 0
