from __future__ import annotations

from typing import Any

import pytest

from netgpt_docs_service.errors import DamagedFile, UnsafeFile
from netgpt_docs_service.extraction.sandbox.answers import Garbage, extracted_of, readiness_of
from tests.support.reader_answers import LAYOUT, reader_answer, reader_text

HEADING = {"start": 0, "end": 1, "level": 1, "title": "t"}

UNSOUND: dict[str, dict[str, Any]] = {
    "a page before the text": {"layout": {**LAYOUT, "page_starts": [-1]}},
    "a page after the text": {"layout": {**LAYOUT, "page_starts": [0, 6]}},
    "pages in disorder": {"layout": {**LAYOUT, "page_starts": [3, 1]}},
    "a turn after the text": {"layout": {**LAYOUT, "turn_starts": [6]}},
    "a page that is no number": {"layout": {**LAYOUT, "page_starts": ["0"]}},
    "a heading that ends before it starts": {
        "layout": {**LAYOUT, "headings": [{**HEADING, "start": 2}]}
    },
    "a heading of no level": {"layout": {**LAYOUT, "headings": [{**HEADING, "level": 0}]}},
    "a title that is a list": {"title": ["a"]},
    "a title without end": {"title": "x" * 1_001},
    "a value without end": {"metadata": {"author": "x" * 2_001}},
    "values without end": {"metadata": {str(each): "x" for each in range(101)}},
    "a value that is no text": {"metadata": {"pages": 3}},
    "warnings without end": {"warnings": ["x"] * 101},
    "no media type": {"media_type": "html"},
    "a media type of two lines": {"media_type": "text/html\nX-Other: 1"},
}


@pytest.mark.parametrize("what", UNSOUND)
def test_what_cannot_be_true_of_a_text_is_not_believed(what: str) -> None:
    with pytest.raises(Garbage):
        extracted_of(reader_text(**UNSOUND[what]), b"words", question="q", memory_mb=1)


@pytest.mark.parametrize("text", [b"", b" \n", b"\xff\xfe", b"\xed\xa0\x80"])
def test_a_text_is_utf8_and_not_blank(text: bytes) -> None:
    with pytest.raises(Garbage):
        extracted_of(reader_text(), text, question="q", memory_mb=1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{" * 100_000,
        b'{"outcome": "read"}',
        reader_answer(outcome="refused", kind="forbidden", message="no"),
        reader_answer(outcome="refused", kind="damaged_file", message="x" * 1_001),
        reader_answer(outcome="exhausted", limit="patience"),
        reader_answer(outcome="failed", error="KeyError", more="x"),
        reader_answer(outcome="ready"),
    ],
)
def test_what_is_no_answer_is_not_believed(body: bytes) -> None:
    with pytest.raises(Garbage):
        extracted_of(body, b"", question="q", memory_mb=1)


def test_an_answer_to_an_earlier_question_is_not_believed() -> None:
    with pytest.raises(Garbage):
        extracted_of(reader_text(), b"words", question="another", memory_mb=1)


def test_a_refusal_comes_without_a_text() -> None:
    body = reader_answer(outcome="refused", kind="damaged_file", message="it is cut off")
    with pytest.raises(Garbage):
        extracted_of(body, b"words", question="q", memory_mb=1)
    with pytest.raises(DamagedFile, match="it is cut off"):
        extracted_of(body, b"", question="q", memory_mb=1)


def test_memory_that_ran_out_is_said_with_the_limit() -> None:
    body = reader_answer(outcome="exhausted", limit="memory")
    with pytest.raises(UnsafeFile, match="more than 512 MiB of memory"):
        extracted_of(body, b"", question="q", memory_mb=512)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"outcome": "ready", "isolation": {"files": 1}}'])
def test_a_process_that_is_not_ready_is_not_believed(body: bytes) -> None:
    with pytest.raises(Garbage):
        readiness_of(body)
