from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgpt_docs_service.domain.layout import Layout
from netgpt_docs_service.extraction.pages import joined, page_list


@pytest.mark.parametrize(
    ("pages", "text", "starts"),
    [
        ([], "", ()),
        (["one"], "one", (0,)),
        (["one\n", "two"], "one\n\ntwo", (0, 5)),
        (["one", "", " \n", "two"], "one\n\ntwo", (0, 5, 5, 5)),
        (["", "one"], "one", (0, 0)),
        (["one", ""], "one", (0, 3)),
        (["", ""], "", (0, 0)),
    ],
)
def test_pages_become_one_text_and_blank_ones_take_no_room(
    pages: list[str], text: str, starts: tuple[int, ...]
) -> None:
    assert joined(pages) == (text, starts)


@given(st.lists(st.sampled_from(["", " ", "one", "two words", "\nthree\n"]), max_size=9))
def test_each_page_is_found_again_by_its_start(pages: list[str]) -> None:
    text, starts = joined(pages)

    layout = Layout(page_starts=starts)
    for number, (page, start) in enumerate(zip(pages, starts, strict=True), 1):
        words = page.strip("\n")
        assert text.startswith(words.strip(), start)
        assert not words.strip() or layout.pages_of(words, start) == (number, number)


def test_pages_are_listed_as_people_write_them() -> None:
    assert page_list([3, 7, 8, 9, 11]) == "3, 7-9, 11"
