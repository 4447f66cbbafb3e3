from __future__ import annotations

import pytest

from netgpt_docs_service.errors import (
    DamagedFile,
    EncryptedFile,
    LimitExceeded,
    NoExtractableText,
    UnsafeFile,
)
from netgpt_docs_service.extraction.reader import ReadLimits
from tests.support.files.books import make_epub
from tests.support.files.office import make_docx, make_pptx, make_xlsx
from tests.support.files.ole import make_encrypted_doc, make_ole2
from tests.support.files.opendocument import make_ods, make_odt
from tests.support.files.packing import repacked
from tests.support.files.reading import read


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("doc", make_encrypted_doc()),
        ("odt", make_odt(["Secret"], encrypted=True)),
    ],
)
def test_a_document_with_a_password_is_refused(kind: str, content: bytes) -> None:
    with pytest.raises(EncryptedFile, match="password"):
        read(content, kind)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("docx", make_docx(["Text"])),
        ("pptx", make_pptx([("A", "b", "")])),
        ("xlsx", make_xlsx({"A": [["b"]]})),
        ("odt", make_odt(["Text"])),
        ("epub", make_epub([("A", "b")])),
    ],
)
def test_a_file_that_is_cut_off_is_refused(kind: str, content: bytes) -> None:
    with pytest.raises(DamagedFile, match="damaged"):
        read(content[: len(content) // 2], kind)


def test_a_broken_sheet_that_would_keep_the_reader_busy_is_refused() -> None:
    broken = repacked(make_ods({"A": [["b"]]}), "content.xml", (b"</table:table>", b""))

    with pytest.raises(DamagedFile, match=r"content\.xml: mismatched tag"):
        read(broken, "ods")


def test_a_file_on_which_the_reader_breaks_down_is_refused() -> None:
    with pytest.raises(DamagedFile, match="gave it up"):
        read(make_ole2({"Workbook": b"\x09\x08"}), "xls")


@pytest.mark.parametrize("kind", ["doc", "xls", "ppt", "msg"])
def test_a_container_of_nothing_known_is_refused(kind: str) -> None:
    with pytest.raises((DamagedFile, NoExtractableText)):
        read(make_ole2({"Something": b"else"}), kind)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("docx", make_docx([])),
        ("xlsx", make_xlsx({"Empty": []})),
        ("odt", make_odt([])),
    ],
)
def test_a_file_without_a_word_is_refused(kind: str, content: bytes) -> None:
    with pytest.raises(NoExtractableText):
        read(content, kind)


def test_a_workbook_of_too_many_cells_is_refused_with_its_limit() -> None:
    content = make_xlsx({"Wide": [["x"] * 500] * 2})

    with pytest.raises(LimitExceeded, match="1000 cells; at most 333 are read"):
        read(content, "xlsx", limits=ReadLimits(text_bytes=1_000))


def test_a_long_text_is_refused_with_its_limit() -> None:
    with pytest.raises(LimitExceeded, match="the limit is 100"):
        read(
            make_docx(["A sentence of some words."] * 9), "docx", limits=ReadLimits(text_bytes=100)
        )


def test_too_many_slides_are_refused_with_their_limit() -> None:
    content = make_pptx([("A", "b", "")] * 3)

    with pytest.raises(LimitExceeded, match="3 pages, slides or sheets; at most 2"):
        read(content, "pptx", limits=ReadLimits(pages=2))


def test_a_file_that_unpacks_to_much_more_than_itself_is_unsafe() -> None:
    content = make_docx(["x" * 200_000])

    with pytest.raises(UnsafeFile):
        read(content, "docx", limits=ReadLimits(unpacked_ratio=2))
