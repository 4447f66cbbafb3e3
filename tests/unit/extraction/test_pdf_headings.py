from __future__ import annotations

from tests.support.files.pdf import Sized, make_pdf
from tests.support.files.reading import is_sound, read

_BODY = ["Body text of the usual size", "and another line of it"] * 5


def test_the_outline_says_which_lines_are_headings() -> None:
    pages = [["Cover"], ["1. Intro", *_BODY, "1.1 A long title", "that wraps", *_BODY]]
    outline = [("Intro", 0, 2), ("A long title that wraps", 1, 2), ("Not written", 0, 1)]

    extracted = read(make_pdf(pages, outline=outline), "pdf")

    headings = extracted.layout.headings or ()
    assert [(h.level, h.title) for h in headings] == [
        (1, "1. Intro"),
        (2, "1.1 A long title that wraps"),
    ]
    assert [extracted.text[h.start : h.end] for h in headings] == [
        "1. Intro",
        "1.1 A long title\nthat wraps",
    ]
    assert is_sound(extracted.layout, extracted.text)


def test_headings_of_one_name_are_told_apart() -> None:
    pages = [["Notes", *_BODY, "Notes", *_BODY]]

    extracted = read(make_pdf(pages, outline=[("Notes", 0, 1), ("Notes", 0, 1)]), "pdf")

    headings = extracted.layout.headings or ()
    assert len({heading.start for heading in headings}) == 2


def test_without_an_outline_larger_letters_make_headings() -> None:
    pages: list[list[str | Sized]] = [
        [("A title", 24.0), *_BODY, ("A chapter", 18.0), *_BODY, ("A part", 14.0), *_BODY]
    ]

    extracted = read(make_pdf(pages), "pdf")

    headings = extracted.layout.headings or ()
    assert [(h.level, h.title) for h in headings] == [
        (1, "A title"),
        (2, "A chapter"),
        (3, "A part"),
    ]
    assert extracted.title == "A title"


def test_a_large_line_over_every_page_is_no_heading() -> None:
    pages: list[list[str | Sized]] = [[("The Company", 20.0), *_BODY] for _ in range(5)]

    assert read(make_pdf(pages), "pdf").layout.headings == ()


def test_a_pdf_without_headings_says_so() -> None:
    assert read(make_pdf([["# not Markdown", *_BODY]]), "pdf").layout.headings == ()
