from __future__ import annotations

from pathlib import Path

import pytest

from netgpt_docs_service.errors import (
    DamagedFile,
    EncryptedFile,
    LimitExceeded,
    NoExtractableText,
)
from netgpt_docs_service.extraction.reader import ReadLimits
from tests.support.files.hostile_pdfs import pages_in_a_circle
from tests.support.files.pdf import make_bare_pdf, make_pdf, make_pictures_pdf
from tests.support.files.reading import read


def test_a_pdf_with_a_password_is_refused() -> None:
    with pytest.raises(EncryptedFile, match="password"):
        read(make_pdf([["Secret"]], password="x"), "pdf")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_pdf_that_is_cut_off_is_refused_with_the_reason(share: float) -> None:
    content = make_pdf([["Text"], ["More"]])

    with pytest.raises(DamagedFile, match="cut off"):
        read(content[: int(share * len(content))], "pdf")


def test_a_pdf_without_a_readable_object_is_refused() -> None:
    with pytest.raises(DamagedFile, match="damaged"):
        read(make_pdf([["Text"]]).replace(b" obj", b" obx"), "pdf")


def test_a_scan_is_refused_with_its_pages_and_what_to_do() -> None:
    with pytest.raises(NoExtractableText, match=r"6 pages, 0 characters .* set OCR_LANGUAGES"):
        read(make_pictures_pdf(6), "pdf")


def test_a_pdf_whose_pages_are_all_damaged_is_damaged_and_no_scan() -> None:
    with pytest.raises(DamagedFile, match="9 pages, 0 characters on each; all of them are damaged"):
        read(pages_in_a_circle(), "pdf")


def test_data_for_reading_pictures_is_never_looked_for_elsewhere(tmp_path: Path) -> None:
    limits = ReadLimits(ocr_languages=("eng",), tessdata_dir=tmp_path)

    with pytest.raises(NoExtractableText, match="the data to recognise eng is not there"):
        read(make_pictures_pdf(1), "pdf", limits=limits)


def test_a_pdf_of_too_many_pages_is_refused_before_any_is_read() -> None:
    with pytest.raises(LimitExceeded, match="10000 pages; at most 5000"):
        read(make_bare_pdf(["(text)"], repeated=10_000), "pdf")


def test_a_text_that_grows_too_long_is_refused_with_its_limit() -> None:
    content = make_pdf([["Twenty-odd characters"] * 20] * 20)

    with pytest.raises(LimitExceeded, match="the limit is 1000"):
        read(content, "pdf", limits=ReadLimits(text_bytes=1_000))
