from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgpt_docs_service.extraction.normalising import normalised


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\ufeffa\x00b\x1b[0m\tc", "ab[0m\tc"),
        ("a\u202etxt.exe\u202c", "atxt.exe"),
        ("pass\u00adword", "password"),
        ("cafe\u0301", "caf\u00e9"),
        ("\ud800half", "half"),
        ("\u06cc\u200c\u062e \u200f", "\u06cc\u200c\u062e \u200f"),
    ],
)
def test_a_text_keeps_what_can_be_read(sent: str, kept: str) -> None:
    assert normalised(sent) == kept


@given(st.text(st.characters()))
def test_a_normalised_text_stays_as_it_is(text: str) -> None:
    once = normalised(text)

    assert normalised(once) == once
    once.encode()
