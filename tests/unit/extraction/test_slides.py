from __future__ import annotations

import pytest

from tests.support.files.office import make_pptx
from tests.support.files.packing import repacked
from tests.support.files.reading import page_texts, read

_NAMES = {1: "", 2: "note on 2", 3: "", 4: "note on 4"}
_SLIDES = [(f"Slide {number}", "text", notes) for number, notes in _NAMES.items()]
_TEXTS = [
    "## Slide 1\n\ntext",
    "## Slide 2\n\ntext\n\nNotes: note on 2",
    "## Slide 3\n\ntext",
    "## Slide 4\n\ntext\n\nNotes: note on 4",
]


def test_notes_stay_with_the_slide_they_were_made_for() -> None:
    assert page_texts(read(make_pptx(_SLIDES), "pptx")) == _TEXTS


def test_slides_come_in_the_order_in_which_they_are_shown() -> None:
    shown = read(make_pptx(_SLIDES, shown=(4, 2, 1, 3)), "pptx")

    assert page_texts(shown) == [_TEXTS[number - 1] for number in (4, 2, 1, 3)]


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("ppt/presentation.xml", (b"<p:sldIdLst>", b"<p:other>")),
        ("ppt/notesSlides/notesSlide1.xml", (b"<p:notes ", b"<!DOCTYPE x><p:notes ")),
    ],
)
def test_slides_without_an_order_or_notes_are_read_all_the_same(
    part: str, change: tuple[bytes, bytes]
) -> None:
    found = read(repacked(make_pptx(_SLIDES), part, change), "pptx")

    assert [page[:10] for page in page_texts(found)] == [text[:10] for text in _TEXTS]
