from __future__ import annotations

import pytest

from netgpt_docs_service.extraction.formats.xberg_door import extracted
from netgpt_docs_service.extraction.formats.xberg_fields import warnings_of
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits
from tests.support.files.books import make_epub, make_latex, make_rtf
from tests.support.files.office import make_docx, make_pptx, make_xlsx
from tests.support.files.ole import make_msg
from tests.support.files.opendocument import make_odp, make_ods, make_odt
from tests.support.files.reading import is_sound, page_texts, read

_TEXT = ["# One", "Hello there", "- an item", "## Two", "More"]
_MARKDOWN = "# One\n\nHello there\n\n- an item\n\n## Two\n\nMore"
_SLIDES = [("Slide A", "Text of A", "Say this"), ("Slide B", "Text of B", "")]
_SHEETS: dict[str, list[list[str | float]]] = {
    "First": [["name", "age"], ["Ada", 36]],
    "Empty": [],
    "Third": [["x"]],
}
_TABLES = "## First\n\n| name | age |\n| --- | --- |\n| Ada | 36 |\n\n## Third\n\n| x |\n| --- |"


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("docx", make_docx(_TEXT), _MARKDOWN),
        ("odt", make_odt(_TEXT), _MARKDOWN),
        ("xlsx", make_xlsx(_SHEETS), _TABLES),
        ("ods", make_ods(_SHEETS), _TABLES),
        (
            "pptx",
            make_pptx(_SLIDES),
            "## Slide A\n\nText of A\n\nNotes: Say this\n\n## Slide B\n\nText of B",
        ),
        (
            "odp",
            make_odp(_SLIDES),
            "## Slide A\n\nText of A\n\nSay this\n\n## Slide B\n\nText of B",
        ),
        (
            "epub",
            make_epub([("One", "First."), ("Two", "Then.")]),
            "# One\n\nFirst.\n\n# Two\n\nThen.",
        ),
        (
            "rtf",
            make_rtf(r"\pard Hello {\b bold} w\'f6rld\par Bye"),
            "Hello **bold** w\u00f6rld\n\nBye",
        ),
        (
            "tex",
            make_latex("\\section{One}\nText \\emph{here}, $x^2$.", title=None),
            "# One\n\nText *here*, $x^2$.",
        ),
        (
            "msg",
            make_msg(subject="News", body="Hello Bob", sender="Ada"),
            "**Subject**: News\n\n**From**: Ada\n\nHello Bob",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 5 else "",
)
def test_each_format_becomes_markdown(kind: str, content: bytes, text: str) -> None:
    found = read(content, kind)

    assert found.text == text
    assert found.text_type == "text/markdown"
    assert found.warnings == ()
    assert is_sound(found.layout, found.text)


@pytest.mark.parametrize(
    ("kind", "content", "pages"),
    [
        ("xlsx", make_xlsx(_SHEETS), 3),
        ("ods", make_ods(_SHEETS), 3),
        ("pptx", make_pptx(_SLIDES), 2),
        ("odp", make_odp(_SLIDES), 2),
        ("docx", make_docx(["First", "\f", "Second"]), 2),
        ("docx", make_docx(["No break"]), 0),
        ("odt", make_odt(["No pages"]), 0),
    ],
)
def test_slides_sheets_and_broken_pages_count_as_pages(
    kind: str, content: bytes, pages: int
) -> None:
    assert len(read(content, kind).layout.page_starts) == pages


def test_a_title_belongs_to_its_sheet_or_slide() -> None:
    sheets = page_texts(read(make_xlsx(_SHEETS), "xlsx"))
    slides = page_texts(read(make_odp(_SLIDES), "odp"))

    assert [sheet[:8] for sheet in sheets] == ["## First", "", "## Third"]
    assert [slide[:10] for slide in slides] == ["## Slide A", "## Slide B"]


def test_a_table_of_a_document_is_a_table() -> None:
    content = make_docx(["Before"], table=[["a", "b"], ["c", "d"]])

    assert read(content, "docx").text == "Before\n\n| a | b |\n| --- | --- |\n| c | d |"


def test_a_remark_on_a_document_is_at_its_end_and_nowhere_else() -> None:
    content = make_docx(["First", "\f", "Second"], remark="Is it so?", header="Not read")

    text = read(content, "docx").text
    assert text.startswith("First\n\nSecond\n\n[^cmt0]:")
    assert text.endswith("Is it so?")
    assert "Not read" not in text


@pytest.mark.parametrize(
    ("pages", "starts"),
    [
        (["Introduction", "Summary of all results", "\f", "Summary"], (0, 38)),
        (["Same", "\f", "Same", "\f", "Same"], (0, 6, 12)),
        (["# 1", "A # b!", "\f", "R&D <now>"], (0, 13)),
    ],
)
def test_a_page_begins_behind_the_one_before(pages: list[str], starts: tuple[int, ...]) -> None:
    assert read(make_docx(pages), "docx").layout.page_starts == starts


def test_formulas_without_a_stored_value_are_told_of() -> None:
    found = read(make_xlsx({"Sums": [["a", 1], ["b", "=B1*2"]]}), "xlsx")

    assert found.warnings == ("formulas count as the values stored with them, on Sums",)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("docx", make_docx(_TEXT, title="A title")),
        ("pptx", make_pptx(_SLIDES, title="A title")),
        ("xlsx", make_xlsx(_SHEETS, title="A title")),
        ("odt", make_odt(_TEXT, title="A title")),
        ("epub", make_epub([("One", "First.")], title="A title")),
        ("rtf", make_rtf("text", title="A title")),
        ("tex", make_latex("text", title="A title")),
        ("msg", make_msg(subject="A title", body="Hello", sender="Ada Author")),
    ],
)
def test_a_file_says_its_title_and_author(kind: str, content: bytes) -> None:
    found = read(content, kind)

    assert found.title == "A title"
    assert found.metadata["author"] == "Ada Author"


def test_a_file_says_its_day_and_language() -> None:
    found = read(make_odt(_TEXT), "odt")

    assert found.language == "en-GB"
    assert found.metadata["created_at"] == "2024-05-17T09:30:00"


def test_words_around_a_page_break_of_rtf_stay_apart() -> None:
    assert read(make_rtf(r"\pard One\page two C:\\pages"), "rtf").text == "One\n\ntwo C:\\pages"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_latex_source_may_be_old_and_from_windows(encoding: str) -> None:
    source = "\\section{Caf\u00e9}\r\nOne\r\ntwo.\r\n".encode(encoding)

    assert read(source, "tex").text == "# Caf\u00e9\n\nOne\n\ntwo."


def test_what_is_attached_to_a_letter_is_told_of() -> None:
    letter = (
        b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/pdf\r\n"
        b"Content-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n--b--\r\n"
    )
    file = FileBytes(content=letter, name="x.eml", media_type="message/rfc822")

    assert warnings_of(extracted(file, ReadLimits())) == ("attachments are not read: a.pdf",)
