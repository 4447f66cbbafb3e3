from __future__ import annotations

from tests.support.files.pdf import attach, make_bare_pdf, make_form_pdf, make_pdf
from tests.support.files.reading import is_sound, page_texts, read


def test_a_pdf_is_read_page_by_page() -> None:
    extracted = read(make_pdf([["First page,", "two lines"], [], ["Third page"]]), "pdf")

    assert extracted.text == "First page,\ntwo lines\n\nThird page"
    assert extracted.layout.page_starts == (0, 23, 23)
    assert is_sound(extracted.layout, extracted.text)


def test_pages_without_text_are_named() -> None:
    extracted = read(make_pdf([["Text"], [], ["Text"], [], []]), "pdf")

    assert extracted.warnings == ("pages 2, 4-5: no text: empty, or scanned pictures",)
    assert page_texts(extracted)[2] == "Text"


def test_a_word_that_a_line_breaks_is_put_together() -> None:
    page = "(This is a beautiful docu-) Tj 0 -14 Td (ment with words)"

    assert read(make_bare_pdf([page]), "pdf").text == "This is a beautiful document with words"


def test_the_hyphens_of_a_compound_stay() -> None:
    page = "(state-of-) Tj 0 -14 Td (the-art in COVID-) Tj 0 -14 Td (19 times)"

    assert read(make_bare_pdf([page]), "pdf").text == "state-of-the-art in COVID-19 times"


def test_the_hyphen_of_a_word_that_is_always_written_with_one_stays() -> None:
    page = "(She is self-) Tj 0 -14 Td (employed and non-) Tj 0 -14 Td (resident)"

    assert read(make_bare_pdf([page]), "pdf").text == "She is self-employed and non-resident"


def test_a_value_that_says_it_is_none_is_left_out() -> None:
    extracted = read(make_pdf([["Text"]], title="(unspecified)", author="(anonymous)"), "pdf")

    assert extracted.title is None
    assert "author" not in extracted.metadata


def test_letters_outside_of_the_page_are_not_read() -> None:
    page = "(Seen) Tj 0 -2000 Td (Hidden below the page)"

    assert read(make_bare_pdf([page]), "pdf").text == "Seen"


def test_a_page_of_letters_without_meaning_counts_as_unreadable() -> None:
    extracted = read(make_bare_pdf([r"(\001\003\004\005)", "(fine)"]), "pdf")

    assert page_texts(extracted) == ["", "fine"]
    assert extracted.warnings == ("page 1: letters whose meaning the file does not tell",)


def test_pages_that_are_only_claimed_are_named() -> None:
    extracted = read(make_bare_pdf(["(here)"], claimed=3), "pdf")

    assert extracted.warnings == ("pages 2-3: damage",)
    assert extracted.layout.page_starts == (0, 4, 4)


def test_form_fields_that_are_filled_are_read() -> None:
    extracted = read(make_form_pdf([("First name", "Alice"), ("Last name", "")]), "pdf")

    assert extracted.text == "A form\nFirst name: Alice"


def test_a_remark_is_read_with_its_page() -> None:
    remark = "<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (Is this so?) >>"

    assert read(make_bare_pdf(["(A claim)"], notes=remark), "pdf").text == "A claim\nIs this so?"


def test_a_pdf_says_its_title_author_day_and_language() -> None:
    made = read(make_pdf([["Text"]], title="A report", author="Ada Author"), "pdf")
    spoken = read(make_bare_pdf(["(text)"], catalog="/Lang (fa-IR)"), "pdf")

    assert made.title == "A report"
    assert made.metadata == {"author": "Ada Author", "created_at": "2000-01-01T00:00:00+00:00"}
    assert spoken.language == "fa-IR"


def test_a_title_that_is_a_file_name_is_none() -> None:
    content = make_pdf([["Text"]], title="Microsoft Word - report.docx")

    assert read(content, "pdf").title is None
    assert read(make_pdf([["Text"]], title="scan 12"), "pdf", name="scan 12").title is None


def test_a_pdf_with_a_broken_table_of_objects_is_read_with_a_warning() -> None:
    content = make_pdf([["First"], ["Second"]]).replace(b"startxref", b"startyref")

    extracted = read(content.replace(b"trailer", b"trayler"), "pdf")

    assert page_texts(extracted) == ["First", "Second"]
    assert "the PDF is damaged" in extracted.warnings[0]


def test_what_is_attached_is_not_read_and_said() -> None:
    extracted = read(attach(make_pdf([["A page"]]), "a.txt", b"attached words"), "pdf")

    assert "attached words" not in extracted.text
    assert extracted.warnings == ("1 attached to the PDF: not read",)
