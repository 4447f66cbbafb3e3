"""The files that the demo makes, and what it says when an answer is not where it is."""

from __future__ import annotations

import io
from typing import Any

import docx
import pypdfium2
import pytest

from netgpt_docs_service.cli.client import RequestFailed
from netgpt_docs_service.cli.demo_answers import DemoFailed, show_files
from netgpt_docs_service.cli.demo_files import demo_files
from tests.support.scripted_api import ScriptedApi, all_stored, answered, refused, stored

PDF, DOCX = demo_files()


@pytest.fixture
def hits() -> dict[str, dict[str, Any]]:
    """What a service finds for each question."""
    return {
        file.question: {
            "doc_id": file.name,
            "text": f"before {file.answer} after",
            "snippet": file.answer,
            "page_start": file.page,
            "page_end": file.page,
        }
        for file in (PDF, DOCX)
    }


@pytest.fixture
def api(hits: dict[str, dict[str, Any]]) -> ScriptedApi:
    return ScriptedApi(all_stored, {"/query": lambda body: [hits[body["query"]]]})


def test_the_pdf_has_its_text_on_two_pages_and_an_outline() -> None:
    pdf = pypdfium2.PdfDocument(PDF.content)
    texts = [page.get_textpage().get_text_bounded() for page in pdf]
    outline = [(entry.get_title(), entry.get_dest().get_index()) for entry in pdf.get_toc()]

    assert [PDF.answer in " ".join(text.split()) for text in texts] == [False, True]
    assert outline == [("Keeper's duties", 0), ("Fog signals", 1)]


def test_the_docx_has_headings_a_page_break_and_a_table() -> None:
    document = docx.Document(io.BytesIO(DOCX.content))
    styles = [(each.style.name if each.style else None, each.text) for each in document.paragraphs]
    cells = [[cell.text for cell in row.cells] for row in document.tables[0].rows]

    assert [style for style in styles if style[0] != "Normal"] == [
        ("Heading 1", "The mail boat"),
        ("Heading 1", "Crossings in winter"),
    ]
    assert ["Stormholm", DOCX.answer, "5"] in cells
    assert "page" in document.element.body.xpath("//w:br/@w:type")


def test_the_files_are_the_same_each_time() -> None:
    assert demo_files() == (PDF, DOCX)


async def test_the_answers_are_shown_with_their_place(api: ScriptedApi) -> None:
    said: list[str] = []

    found = await show_files(api.client(), said.append)

    assert [file.content for file in api.forms[0].files] == [PDF.content, DOCX.content]
    assert [each["page"] for each in found] == [2, 2]
    assert any("lighthouse.pdf, page 2" in line for line in said)
    assert any("mail-boat.docx, page 2" in line for line in said)


@pytest.mark.parametrize(
    ("question", "change", "told"),
    [
        (PDF.question, {"page_start": 1}, r"page 2 .* says \(1, 2\)"),
        (PDF.question, {"doc_id": "other.md"}, "other.md was found"),
        (PDF.question, {"text": "nothing of it"}, "is answered in lighthouse.pdf"),
        (DOCX.question, {"page_start": None, "page_end": None}, "page 2 of mail-boat.docx"),
    ],
)
async def test_an_answer_that_is_elsewhere_fails(
    question: str,
    change: dict[str, Any],
    told: str,
    *,
    api: ScriptedApi,
    hits: dict[str, dict[str, Any]],
) -> None:
    hits[question] |= change

    with pytest.raises(DemoFailed, match=told):
        await show_files(api.client(), lambda _: None)


async def test_a_file_that_is_refused_fails_with_the_reason() -> None:
    items = (refused(PDF.name, 422, "the file is damaged"), stored(DOCX.name))
    api = ScriptedApi(lambda _: answered(*items))

    with pytest.raises(DemoFailed, match=r"lighthouse\.pdf .* damaged"):
        await show_files(api.client(), lambda _: None)


async def test_where_no_files_are_read_the_demo_says_so_and_goes_on() -> None:
    said: list[str] = []
    api = ScriptedApi(lambda _: (501, {"status": 501, "detail": "the extra `files` is missing"}))

    assert await show_files(api.client(), said.append) == []
    assert "the extra `files` is missing" in said[0]


async def test_any_other_refusal_fails() -> None:
    api = ScriptedApi(lambda _: (500, {"status": 500, "detail": "oops"}))

    with pytest.raises(RequestFailed, match="oops"):
        await show_files(api.client(), lambda _: None)
