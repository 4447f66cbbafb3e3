"""Export and import: what was exported comes back, and nothing newer is undone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from netgpt_docs_service.errors import InvalidInput, NotFound
from tests.support.fakes import ParagraphChunker, WordChunker
from tests.support.shared_engine import SharedEngine
from tests.support.tools import BEGIN, TEXT, Toolbox, chunk_point, manifest_point

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RenamedChunker(ParagraphChunker):
    """Cuts in the same places under another name: another pipeline."""

    fingerprint: str = "paragraphs-2"


async def test_vectors_come_back_as_they_were_without_the_model(
    box: Toolbox, shared: SharedEngine
) -> None:
    await box.ingest()
    await box.ingest("b/ö", tenant="beta", text="\u2028 \U0001f40b\n\n \n\nend")
    await box.services.change_fields.change("acme", "doc", lambda old: replace(old, title="Sea"))
    exported = await box.export()
    await shared.empty()

    statuses = await box.import_all(exported)

    assert statuses == ["imported", "imported"]
    assert await box.export() == exported
    assert box.models_opened == 0
    assert (await box.check()).is_clean


async def test_the_order_of_an_export_is_that_of_the_manifests_ids(box: Toolbox) -> None:
    for number in range(20):
        await box.ingest(f"doc-{number}")

    exported = await box.export(vectors=False)
    ids = [manifest_point(line.manifest.manifest(), tenant=line.tenant) for line in exported]

    assert ids == sorted(ids)
    assert await box.export(vectors=False, after=ids[4]) == exported[5:]


async def test_only_one_tenants_documents_that_exist_are_exported(box: Toolbox) -> None:
    await box.ingest()
    await box.ingest("other", tenant="beta")
    await box.ingest("expired", expires_at=BEGIN + HOUR)
    await box.ingest("deleted")
    await box.services.delete.delete("acme", "deleted")
    box.clock.pass_by(HOUR)

    exported = await box.export(tenant="acme")

    assert [line.manifest.doc_id for line in exported] == ["doc"]


async def test_a_document_that_is_replaced_while_it_is_read_comes_as_one_version(
    box: Toolbox,
) -> None:
    await box.ingest()
    box.replaced_while_read = lambda: box.ingest(text="another\n\none")

    (line,) = await box.export()

    assert line.text == "another\n\none"
    assert line.manifest.content_sha256 == hashlib.sha256(line.text.encode()).hexdigest()
    assert all(chunk.vector for chunk in line.chunks or [])


async def test_a_damaged_document_is_named_and_does_not_end_the_export(box: Toolbox) -> None:
    manifest = await box.ingest()
    broken = await box.ingest("broken")
    await box.ingest("fine")
    await box.remove_points(chunk_point(manifest, 0))
    await box.change_point(manifest_point(broken), sequence=None)

    refused = {each.doc_id: each.reason for each in await box.refused()}

    assert refused.keys() == {"doc", "broken"}
    assert "not what its manifest says" in refused["doc"]


async def test_a_document_that_no_import_takes_is_not_exported(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.change_point(manifest_point(manifest), tags=["x" * 200])

    (refused,) = await box.refused()

    assert (refused.doc_id, "at most 128" in refused.reason) == ("doc", True)


async def test_without_vectors_the_text_is_embedded_anew_and_the_rest_kept(
    box: Toolbox, shared: SharedEngine
) -> None:
    before = await box.ingest(expires_at=BEGIN + HOUR)
    exported = await box.export(vectors=False)
    await shared.empty()

    assert await box.import_all(exported) == ["imported"]

    stands = await box.services.read.manifest("acme", "doc")
    assert replace(stands, generation=before.generation) == before
    assert (await box.services.read.text("acme", "doc")).text == TEXT
    assert box.models_opened == 1


@pytest.mark.parametrize("chunker", [RenamedChunker(), WordChunker(words=2)])
async def test_vectors_of_another_pipeline_are_not_used(
    box: Toolbox, shared: SharedEngine, chunker: ParagraphChunker
) -> None:
    await box.ingest()
    exported = await box.export()
    await shared.empty()
    box.chunker = chunker

    assert await box.import_all(exported) == ["imported"]

    stands = await box.services.read.manifest("acme", "doc")
    assert (box.models_opened, stands.pipeline.chunker) == (1, chunker.fingerprint)
    assert (await box.services.read.verify("acme", "doc")).is_whole


async def test_importing_twice_changes_nothing(box: Toolbox) -> None:
    await box.ingest()
    exported = await box.export()

    assert await box.import_all(exported) == ["already_there"]
    assert await box.export() == exported


async def test_what_was_written_later_stays(box: Toolbox) -> None:
    await box.ingest()
    await box.ingest("deleted")
    exported = await box.export()
    await box.ingest(text="later")
    await box.services.delete.delete("acme", "deleted")

    assert await box.import_all(exported) == ["newer", "newer"]

    assert (await box.services.read.text("acme", "doc")).text == "later"
    with pytest.raises(NotFound):
        await box.services.read.manifest("acme", "deleted")


async def test_an_older_version_is_replaced(box: Toolbox, shared: SharedEngine) -> None:
    await box.ingest(text="older")
    older = await box.export()
    await box.ingest()
    exported = await box.export()
    await shared.empty()
    await box.import_all(older)

    assert await box.import_all(exported) == ["imported"]

    assert await box.export() == exported
    assert (await box.check()).is_clean


@pytest.mark.parametrize("lost", ["manifest", "chunk"])
async def test_an_import_that_was_cut_off_is_completed(box: Toolbox, lost: str) -> None:
    """Cut off before the flip, or whole once and damaged since."""
    manifest = await box.ingest()
    exported = await box.export()
    points = {"manifest": manifest_point(manifest), "chunk": chunk_point(manifest, 1)}
    await box.remove_points(points[lost], chunk_point(manifest, 2))

    (status,) = await box.import_all(exported)

    assert status == {"manifest": "imported", "chunk": "completed"}[lost]
    assert await box.export() == exported
    assert (await box.check()).is_clean


async def test_an_anew_import_that_was_cut_off_goes_on_with_its_vectors(
    box: Toolbox, shared: SharedEngine
) -> None:
    await box.ingest()
    exported = await box.export(vectors=False)
    await shared.empty()
    await box.import_all(exported)
    stands = await box.services.read.manifest("acme", "doc")
    await box.remove_points(manifest_point(stands), chunk_point(stands, 2))
    box.clock.pass_by(HOUR)

    imported = await box.importer.import_(exported[0])

    assert (imported.status.value, imported.embedded) == ("imported", 1)
    assert (await box.check()).is_clean


async def test_what_expired_since_is_left_out(box: Toolbox, shared: SharedEngine) -> None:
    await box.ingest(expires_at=BEGIN + HOUR)
    exported = await box.export()
    await shared.empty()
    box.clock.pass_by(HOUR)

    assert await box.import_all(exported) == ["expired"]
    assert (await box.ports.maintenance.totals()).points == 0


async def test_a_version_of_the_future_is_refused(box: Toolbox) -> None:
    await box.ingest()
    exported = await box.export()
    box.clock.pass_by(-timedelta(days=2))

    with pytest.raises(InvalidInput, match="more than a day from now"):
        await box.import_all(exported)


async def test_a_search_finds_what_was_imported(box: Toolbox, shared: SharedEngine) -> None:
    before = await box.ingest()
    exported = await box.export()
    await shared.empty()
    await box.import_all(exported)

    stands = await box.services.read.manifest("acme", "doc")
    (found,) = await box.ports.store.resolve("acme", [chunk_point(stands, 2)])

    assert (found.chunk.text, found.manifest) == ("third whale", stands)
    assert replace(stands, generation=before.generation) == before
