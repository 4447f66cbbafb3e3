from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.files.pdf import Sized, make_pdf
from tests.support.files.reading import is_sound, page_texts, read

_TEXTS = ["Walruses rest", "on the ice", "between dives", "of some minutes", "in winter"]


def test_lines_that_run_over_the_pages_are_left_out_but_for_the_first_on_top() -> None:
    pages = [
        ["On Walruses", "Volume 7", text, f"{text} again", "A Press", str(number)]
        for number, text in enumerate(_TEXTS, 1)
    ]
    found = read(make_pdf(pages), "pdf")

    expected = [f"{text}\n{text} again" for text in _TEXTS]
    assert page_texts(found) == [f"On Walruses\nVolume 7\n{expected[0]}", *expected[1:]]
    assert is_sound(found.layout, found.text)


def test_headings_are_still_where_they_are_when_lines_above_them_went() -> None:
    pages: list[list[str | Sized]] = [
        ["A journal", (f"About {text}", 20.0), text * 3, str(number)]
        for number, text in enumerate(_TEXTS, 1)
    ]
    found = read(make_pdf(pages), "pdf")

    assert [heading.title for heading in found.layout.headings or ()] == [
        f"About {text}" for text in _TEXTS
    ]
    assert is_sound(found.layout, found.text)


@pytest.mark.parametrize(
    "pages",
    [
        [["A journal", text, str(number)] for number, text in enumerate(_TEXTS[:3], 1)],
        [["Name", "Street", "Town", text, "Day", "Place", "Signed"] for text in _TEXTS],
        [[("Walruses", 20.0), text * 9, f"{text} again"] for text in _TEXTS],
        [["only this"] for _ in _TEXTS],
        [[f"{text} one", f"{text} two"] for text in _TEXTS],
    ],
    ids=["few pages", "a form", "large letters", "nothing else", "nothing alike"],
)
def test_pages_keep_what_is_theirs(pages: Sequence[Sequence[str | Sized]]) -> None:
    found = read(make_pdf(pages), "pdf")

    assert page_texts(found) == [
        "\n".join(line if isinstance(line, str) else line[0] for line in page) for page in pages
    ]
