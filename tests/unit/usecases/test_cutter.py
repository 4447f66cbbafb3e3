"""What a transcript is cut into: pairs that fit, and their place in the document."""

from __future__ import annotations

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.dialogue import Speech
from netgpt_docs_service.domain.documents import Document, DocumentFields, Pipeline
from netgpt_docs_service.domain.layout import Layout
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.reading import read_file
from netgpt_docs_service.usecases.cutter import DocumentCutter
from tests.support.fakes import WordChunker

TRANSCRIPT = DocumentFields(doc_type="transcript")
CUTTER = DocumentCutter(WordChunker(), 20)
PIPELINE = Pipeline("text", "words", "hash")


async def test_a_pair_too_long_for_the_model_ends_earlier_and_says_so() -> None:
    text = "Anna: What is that then?\nBen: " + "walrus " * 100 + "\nAnna: a\nBen: b"
    found = await CUTTER.cut(Document(doc_id="d", text=text, fields=TRANSCRIPT))
    (pair,) = [each for each in found if each.kind is ChunkKind.PAIR]

    assert pair.text == text[pair.char_start : pair.char_end]
    assert len(pair.text.split()) == 32


async def test_a_question_too_long_for_its_answer_begins_where_it_asks() -> None:
    text = "Anna: " + "seal " * 90 + ". What is that then?\nBen: A walrus.\nAnna: a\nBen: b"
    found = await CUTTER.cut(Document(doc_id="d", text=text, fields=TRANSCRIPT))
    (pair,) = [each for each in found if each.kind is ChunkKind.PAIR]

    assert pair.text == "What is that then?\nBen: A walrus."
    assert pair.speech.speakers == ("Anna", "Ben")


async def test_a_question_and_answer_that_never_fit_are_no_pair() -> None:
    text = "Anna: What is " + "a " * 90 + "seal?\nBen: A walrus.\nAnna: a\nBen: b"
    found = await CUTTER.cut(Document(doc_id="d", text=text, fields=TRANSCRIPT))

    assert {each.kind for each in found} == {ChunkKind.CHUNK}


async def test_turns_that_a_file_names_stay_whole_where_nobody_says_transcript() -> None:
    text = "Anna: What is that then?\nBen: A walrus."
    layout = Layout(turn_starts=(0, 25))
    found = await CUTTER.cut(Document(doc_id="d", text=text, layout=layout))

    assert {each.kind for each in found} == {ChunkKind.CHUNK}
    assert [place for each in found for place in each.layout.turn_starts] == [0, 25]


async def test_subtitles_have_pairs_with_their_speakers_and_times() -> None:
    cues = (
        "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Anna>What is that then?\n\n"
        "00:04.000 --> 00:06.000\n<v Ben>That is a walrus."
    )
    read = read_file(cues.encode(), name="a.vtt", declared_type=None, limits=ReadLimits())
    document = Document(doc_id="d", text=read.text, layout=read.layout, fields=TRANSCRIPT)
    (pair,) = [each for each in await CUTTER.cut(document) if each.kind is ChunkKind.PAIR]

    assert pair.speech == Speech(speakers=("Anna", "Ben"), time_start_s=1.0, time_end_s=6.0)


async def test_whose_turn_it_is_a_file_says_and_nobody_guesses() -> None:
    text = "Dr. No (of 7 seas, at last): What is that then?\n\nassistant: A walrus."
    layout = Layout(turn_starts=(0, text.index("assistant")))
    document = Document(doc_id="d", text=text, layout=layout, fields=TRANSCRIPT)
    (pair,) = [each for each in await CUTTER.cut(document) if each.kind is ChunkKind.PAIR]

    assert pair.speech.speakers == ("Dr. No (of 7 seas, at last)", "assistant")


def test_only_the_pipeline_of_transcripts_names_turns_and_their_limit() -> None:
    assert CUTTER.named(PIPELINE, DocumentFields()) == PIPELINE
    assert CUTTER.named(PIPELINE, TRANSCRIPT).chunker == "words+turns-1-20"
