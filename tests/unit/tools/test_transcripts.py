"""A transcript's life: ingested, found, changed, moved to another store, checked, deleted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import chunk_id
from netgpt_docs_service.domain.documents import (
    Document,
    DocumentFields,
    Manifest,
    Origin,
    ReceiptStatus,
)
from netgpt_docs_service.domain.layout import Heading, Layout
from netgpt_docs_service.domain.search import Question
from netgpt_docs_service.usecases.findings import FindingKind
from tests.support.fakes import ParagraphChunker
from tests.support.shared_engine import SharedEngine
from tests.support.tools import Toolbox

TEXT = """[00:01] Anna: What is the colour of a walrus?

[00:04] Ben: A walrus is brown.

[00:09] Anna: And where does it live?

[00:15] Ben: On the ice.
"""
TRANSCRIPT = Document(doc_id="talk", text=TEXT, fields=DocumentFields(doc_type="transcript"))
LAYOUT = Layout(page_starts=(0, 0, 49, len(TEXT), len(TEXT)), headings=(Heading(0, 7, 1, "Anna"),))
PAGES = Document(
    doc_id="pages", text=TEXT, layout=LAYOUT, origin=Origin(media_type="application/pdf")
)


NEWEST_FIRST = replace(
    TRANSCRIPT,
    text="""[02.01.24, 10:00:09] Anna: What is the colour of a walrus?

[02.01.24, 10:00:01] Ben: A walrus is brown.

[01.01.24, 09:00:00] Anna: Good morning.

[01.01.24, 08:00:00] Ben: Good morning, and where does it live?
""",
)


@dataclass(frozen=True, slots=True)
class RenamedChunker(ParagraphChunker):
    """Cuts in the same places under another name: another pipeline."""

    fingerprint: str = "paragraphs-2"


@pytest.fixture
async def talk(box: Toolbox) -> Manifest:
    services = box.services
    await services.ingest.ingest("acme", TRANSCRIPT)
    return await services.read.manifest("acme", "talk")


def pair_point(manifest: Manifest, index: int) -> str:
    """Return where a pair is stored."""
    generation = str(manifest.generation)
    return chunk_id("acme", "talk", generation, index, kind=ChunkKind.PAIR)


async def test_a_pair_is_found_whole_with_its_speakers_and_its_place(
    box: Toolbox, talk: Manifest
) -> None:
    answer = await box.services.search.search("acme", Question(text="where does it live"))
    pair = next(hit.chunk for hit in answer.hits if hit.chunk.kind is ChunkKind.PAIR)

    assert (talk.chunk_count, talk.pair_count) == (4, 2)
    assert TEXT[pair.char_start : pair.char_end] == pair.text
    assert pair.text.startswith("[00:09] Anna: And where")
    assert pair.text.endswith("On the ice.")
    assert pair.in_chunk == 2
    assert pair.speech.speakers == ("Anna", "Ben")
    assert (pair.speech.time_start_s, pair.speech.time_end_s) == (9.0, 15.0)


async def test_sending_a_transcript_again_changes_nothing(box: Toolbox, talk: Manifest) -> None:
    receipt = await box.services.ingest.ingest("acme", TRANSCRIPT)

    assert (receipt.status, receipt.pairs, receipt.reused) == (ReceiptStatus.UNCHANGED, 2, 6)
    assert receipt.tokens == talk.token_count


async def test_sending_it_again_mends_a_missing_pair(box: Toolbox, talk: Manifest) -> None:
    await box.remove_points(pair_point(talk, 1))
    receipt = await box.services.ingest.ingest("acme", TRANSCRIPT)

    assert (receipt.status, receipt.embedded) == (ReceiptStatus.UPDATED, 1)
    assert (await box.services.read.verify("acme", "talk")).is_whole


async def test_a_text_of_another_type_has_no_pairs(box: Toolbox) -> None:
    receipt = await box.services.ingest.ingest("acme", replace(TRANSCRIPT, fields=DocumentFields()))

    assert (receipt.chunks, receipt.pairs) == (4, 0)


async def test_a_change_of_fields_keeps_the_pairs(box: Toolbox, talk: Manifest) -> None:
    services = box.services
    changed = await services.change_fields.change(
        "acme", "talk", lambda old: replace(old, title="Sea")
    )

    assert changed.pair_count == talk.pair_count
    assert (await services.read.verify("acme", "talk")).is_whole


async def test_a_deletion_leaves_no_pair(box: Toolbox, talk: Manifest) -> None:
    before = await box.services.delete.delete("acme", "talk")

    assert before.pair_count == 2
    assert await box.ports.store.count_pairs("acme", "talk", str(talk.generation)) == 0


async def test_pairs_come_back_with_their_vectors_without_the_model(
    box: Toolbox, talk: Manifest, shared: SharedEngine
) -> None:
    exported = await box.export()
    await shared.empty()

    assert await box.import_all(exported) == ["imported"]
    assert box.models_opened == 0
    assert await box.export() == exported
    assert len(exported[0].pairs or []) == talk.pair_count
    assert (await box.check()).is_clean


async def test_a_chat_that_begins_with_what_was_said_last_is_archived_and_comes_back(
    box: Toolbox, shared: SharedEngine
) -> None:
    await box.services.ingest.ingest("acme", NEWEST_FIRST)
    exported = await box.export()
    await shared.empty()

    assert [each.time_start_s for each in exported[0].chunks or []] == [
        122409,
        122401,
        32400,
        28800,
    ]
    assert await box.import_all(exported) == ["imported"]
    assert await box.export() == exported


@pytest.mark.parametrize("document", [TRANSCRIPT, PAGES], ids=["turns", "pages"])
async def test_an_archive_without_vectors_brings_back_pairs_and_layout(
    box: Toolbox, shared: SharedEngine, document: Document
) -> None:
    await box.services.ingest.ingest("acme", document)
    exported = await box.export(vectors=False)
    await shared.empty()
    box.chunker = RenamedChunker()
    await box.import_all(exported)
    (again,) = await box.export(vectors=False)

    assert exported[0].document_layout() == document.layout
    assert again.document_layout() == document.layout
    assert again.manifest.pair_count == exported[0].manifest.pair_count
    assert again.manifest.pages == (len(document.layout.page_starts) or None)
    assert (await box.check()).is_clean


async def test_a_change_of_fields_keeps_the_layout(box: Toolbox) -> None:
    services = box.services
    await services.ingest.ingest("acme", PAGES)
    await services.change_fields.change("acme", "pages", lambda old: replace(old, title="Sea"))
    (line,) = await box.export()

    assert line.document_layout() == LAYOUT


async def test_an_import_completes_a_set_that_lost_a_pair(box: Toolbox, talk: Manifest) -> None:
    exported = await box.export()
    await box.remove_points(pair_point(talk, 0))

    assert await box.import_all(exported) == ["completed"]
    assert (await box.services.read.verify("acme", "talk")).is_whole


async def test_a_check_finds_a_missing_pair(box: Toolbox, talk: Manifest) -> None:
    await box.remove_points(pair_point(talk, 1))
    report = await box.check()

    assert [each.kind for each in report.findings] == [FindingKind.HOLE]
    assert "1 of 2 pairs; missing: 1" in report.findings[0].detail


async def test_a_check_removes_pairs_of_a_set_that_nobody_sees(
    box: Toolbox, talk: Manifest
) -> None:
    stale = replace(talk, generation="5-1", sequence=5)
    await box.change_point(
        pair_point(talk, 1), to=pair_point(stale, 0), generation="5-1", sequence=5, pair_index=0
    )
    box.clock.pass_by(timedelta(hours=1))
    report = await box.check(is_repairing=True)

    assert [each.kind for each in report.findings] == [FindingKind.STALE_SET]
    assert report.is_clean
    assert await box.ports.store.count_pairs("acme", "talk", "5-1") == 0


async def test_a_check_names_a_pair_that_is_not_of_the_text(box: Toolbox, talk: Manifest) -> None:
    await box.change_vector_point(pair_point(talk, 0), to=pair_point(talk, 0), text="another")
    report = await box.check()

    assert [each.kind for each in report.findings] == [FindingKind.TEXT_MISMATCH]
