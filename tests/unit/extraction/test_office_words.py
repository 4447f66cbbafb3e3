from __future__ import annotations

import time

import pytest

from netgpt_docs_service.extraction.formats.xberg_markdown import marked
from tests.support.files.books import make_epub, make_rtf
from tests.support.files.office import make_docx, make_pptx, make_xlsx
from tests.support.files.ole import make_msg
from tests.support.files.opendocument import make_odp, make_ods, make_odt
from tests.support.files.reading import is_sound, read

_MARKS = [" # apt install foo", "---", "Title", "===", " ## Three", "1. y", "> z"]
_SIGNS = "a < b > c! R&D a_b* [x](y) ![x](y) C:\\new \\# | ~ ^ $1 `id` {x} 1. +"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("docx", make_docx(["# One", "\f"]).replace(b"", b"")),
        ("docx", make_docx(["# One", *_MARKS])),
        ("odt", make_odt(["# One", *_MARKS])),
        ("epub", make_epub([("One", "# apt install foo"), ("Two", "---\n===")])),
        ("rtf", make_rtf(r"{\s1\outlinelevel0 One\par}\pard # apt\par ---\par Title\par ===\par")),
        ("xlsx", make_xlsx({"One": [["# apt", "---"], ["Title", "a\n# b"], ["===", "x"]]})),
        ("ods", make_ods({"One": [["# apt", "---"], ["Title", "a\n# b"], ["===", "x"]]})),
        ("pptx", make_pptx([("One", "---", "# note\n# more")])),
        ("odp", make_odp([("One", "# apt", "# note")])),
    ],
)
def test_only_what_the_file_calls_a_heading_is_one(kind: str, content: bytes) -> None:
    found = read(content, kind)

    assert found.layout.headings is not None
    assert {heading.title for heading in found.layout.headings} <= {"One", "Two"}
    assert found.layout.headings[0].title == "One"
    assert is_sound(found.layout, found.text)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("docx", make_docx([_SIGNS])),
        ("docx", make_docx(["Page 1!", "\f", _SIGNS])),
        ("odt", make_odt([_SIGNS])),
        ("epub", make_epub([("One", _SIGNS.replace("![", "["))])),
        ("pptx", make_pptx([("One", _SIGNS, "")])),
        ("msg", make_msg(subject="News", body=_SIGNS, sender="Ada")),
    ],
)
def test_words_are_as_they_were_written(kind: str, content: bytes) -> None:
    assert _SIGNS in read(content, kind).text.replace(" [x](y) [x]", " [x](y) ![x]")


def test_cells_are_as_they_were_written_but_for_bars() -> None:
    content = make_xlsx({"One": [["R&D!", "a|b"], ["# x", "C:\\new"]]})

    assert read(content, "xlsx").text.endswith("| R&D! | a\\|b |\n| --- | --- |\n| # x | C:\\new |")


def test_pictures_leave_their_descriptions_if_they_have_any() -> None:
    picture = r"{\pict\pngblip\picw1\pich1 89504e470d0a1a0a}"

    assert read(make_rtf(rf"One {picture}\par {picture}\par Two\par"), "rtf").text == "One\n\nTwo"


@pytest.mark.parametrize("piece", ["![", "![a\\", "`", "``a", "\\", "# a\n", "```\n", "![\n"])
def test_a_text_made_to_take_long_does_not(piece: str) -> None:
    started = time.process_time()
    marked(piece * 50_000)
    assert time.process_time() - started < 1
