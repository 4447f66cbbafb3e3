"""Whose turn it is, in every form that a transcript may have, and in texts that are none."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgpt_docs_service.usecases.dialogue.recogniser import turns_of

GOLDEN = {
    "name": ("Anna: Hi.\nBen: Ho.\nAnna: Yes.\nBen: No.", ["Anna", "Ben", "Anna", "Ben"], None),
    "two lines": ("Anna: Are you there?\nBen Lee: Yes.", ["Anna", "Ben Lee"], None),
    "time in brackets": ("[00:01:02] Anna: Hi\n[00:01:10] Ben: Ho", ["Anna", "Ben"], (62, 70)),
    "time": ("00:01:02 Anna: Hi\n00:01:10 Ben: Ho", ["Anna", "Ben"], (62, 70)),
    "minutes": ("(12:03) ANNA: Hi\n(12:09) BEN LEE: Ho", ["ANNA", "BEN LEE"], (723, 729)),
    "time after": (
        "Anna Lee [10:32 AM]: Hi\nBen [1:00 PM]: Ho",
        ["Anna Lee", "Ben"],
        (37920, 46800),
    ),
    "chat": (
        "12/31/23, 9:15 PM - Anna: Hi\n1/1/24, 12:05 AM - Ben: Ho",
        ["Anna", "Ben"],
        (76500, 86700),
    ),
    "chat in brackets": (
        "\u200e[31.12.23, 21:15:02] Anna: Hi\n[01.01.24, 00:15:02] +49 170 12345: Ho",
        ["Anna", "+49 170 12345"],
        (76502, 87302),
    ),
    "bold": ("**Anna:** Hi\n\n**Ben**: Ho\n\n**Anna:** x\n\n**Ben:** y", ["Anna", "Ben"] * 2, None),
    "webvtt": (
        "WEBVTT\n\nintro\n00:01.0 --> 00:02.0\n<v Anna>Hi</v>\n\n00:02.0 --> 00:04.0\n<v Ben>Ho",
        ["Anna", "Ben"],
        (1, 2),
    ),
    "webvtt of two voices": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Hi\n<v.loud Ben>Ho",
        ["Anna", "Ben"],
        (1, 2),
    ),
    "srt": (
        "1\n00:00:01,000 --> 00:00:02,000\nHi\n\n2\n00:00:02,000 --> 00:00:04,500\nHo\n",
        [None, None],
        (1, 2),
    ),
    "srt with names": (
        "1\n00:00:01,0 --> 00:00:02,0\nAnna: Hi\n\n2\n00:00:02,0 --> 00:00:03,0\nthere\n\nAnna: Ho",
        ["Anna", "Anna"],
        (1, 2),
    ),
    "alone": (
        "Anna\nHi.\n\nBen Lee\nHo.\n\nAnna\nYes.\n\nBen Lee\nNo.",
        ["Anna", "Ben Lee"] * 2,
        None,
    ),
    "alone with times": ("Anna  00:12\nHi.\n\nBen  00:15\nHo.", ["Anna", "Ben"], (12, 15)),
    "iso": (
        "2024-01-02T10:00:00Z Anna: Hi\n2024-01-02T10:01:00.5+01:00 Ben: Ho",
        ["Anna", "Ben"],
        (36000, 36060.5),
    ),
    "german clock": ("[10:02 Uhr] Anna: Hi\n[10:03 Uhr] Ben: Ho", ["Anna", "Ben"], (36120, 36180)),
    "german clock after": (
        "Anna (10:02 Uhr): Hi\nBen (10:03 Uhr): Ho",
        ["Anna", "Ben"],
        (36120, 36180),
    ),
    "times with their end": (
        "[00:00:01 - 00:00:03] Anna: Hi\n[00:00:04 \u2013 00:00:05] Ben: Ho",
        ["Anna", "Ben"],
        (1, 3),
    ),
    "arrows": ("00:01 --> 00:03 Anna: Hi\n00:04 --> 00:05 Ben: Ho", ["Anna", "Ben"], (1, 3)),
    "zoom": (
        "10:00:01 From Anna Schmidt to Everyone:\n\tHi\n10:00:03 From Ben Lee to Everyone:\n\tHo",
        ["Anna Schmidt", "Ben Lee"],
        (36001, 36003),
    ),
    "newest first": (
        "[02.01.24, 00:00:09] Anna: Hi\n[01.01.24, 00:00:01] Ben: Ho",
        ["Anna", "Ben"],
        (86409, None),
    ),
    "names of any kind": (
        "[00:01] Anna \U0001f338: Hi\n[00:02] (Ben): \n[00:03] \U0001f338 Mia: a\n[00:04] (Ben):",
        ["Anna \U0001f338", "(Ben)", "\U0001f338 Mia", "(Ben)"],
        (1, 2),
    ),
    "emoji without times": (
        "Anna \U0001f338: a\nBen: b\nAnna \U0001f338: c\nBen: d",
        ["Anna \U0001f338", "Ben"] * 2,
        None,
    ),
    "a line of nobody": (
        "[00:01] Anna: Hi\n[00:02] Anna left\n[00:03] Ben: Ho\n[00:04] Ben: x",
        ["Anna", None, "Ben", "Ben"],
        (1, 2),
    ),
    "paragraphs": ("Anna: a\n\nb\nc\nBen: d\n\ne\nAnna: f\nBen: g", ["Anna", "Ben"] * 2, None),
    "wide colon": ("张三：你好\n李四：好\n张三：是\n李四：不", ["张三", "李四"] * 2, None),  # noqa: RUF001 - the colon meant
}
NO_TRANSCRIPTS = {
    "notes": "Note: careful\n\nText.\n\nWarning: hot\n\nNote: again\n\nWarning: again",
    "addresses": "https://a.example/x: one\nhttp://b.example: two\nhttps://a.example/x: three",
    "ratios": "3:1 is the ratio\n4:1 is another\nat 10:30 we left\nat 11:30 we came",
    "agenda": "10:00 Opening: hello\n10:30 Coffee: black\n11:00 Closing: bye",
    "reference": "Types:\n\n- one\n\nMethods:\n\n- two\n\nTypes:\n\n- three\n\nMethods:\n\n- four",
    "rare labels": "Anna: a\nBen: b\nAnna: c\nBen: d" + "\n\nA paragraph of prose." * 20,
    "one name": "Anna: a\nAnna: b\nAnna: c",
    "long labels": "This is a very long line before: x\n" * 4,
    "log": "2024-01-02 10:00:00 ERROR: no\n2024-01-02 10:00:01 INFO: yes\n" * 3,
    "log with places": "10:00:00 [INFO] main: no\n10:00:01 [WARN] main: yes\n" * 3,
    "recipes": "Zutaten: Mehl\nZubereitung: backen\n\nZutaten: Ei\nZubereitung: kochen",
    "contacts": "Adresse: hier\nTelefon: 1\n\nAdresse: da\nTelefon: 2",
    "nothing": "",
}


@pytest.mark.parametrize(("text", "speakers", "times"), GOLDEN.values(), ids=GOLDEN)
def test_turns_are_told_in_every_form(
    text: str, speakers: list[str | None], times: tuple[float, float | None] | None
) -> None:
    turns = turns_of(text)

    assert [turn.speaker for turn in turns] == speakers
    assert (turns[0].time_start_s, turns[0].time_end_s) == (times or (None, None))
    assert all(one.char_end == other.char_start for one, other in pairwise(turns))
    assert turns[-1].char_end == len(text)


@pytest.mark.parametrize("text", NO_TRANSCRIPTS.values(), ids=NO_TRANSCRIPTS)
def test_what_is_no_transcript_has_no_turns(text: str) -> None:
    assert turns_of(text) == []


def test_no_page_of_our_own_is_a_transcript() -> None:
    pages = [*Path().glob("*.md"), *Path("docs").rglob("*.md")]

    assert [page for page in pages if turns_of(page.read_text(encoding="utf-8"))] == []


@given(st.text("AnnaBen:[]() \n0123*<v>-.,\u200e", max_size=300))
@settings(max_examples=100, deadline=None)
def test_the_turns_of_any_text_touch_and_end_with_it(text: str) -> None:
    turns = turns_of(text)
    ends = [turn.char_end for turn in turns]

    assert [turn.char_start for turn in turns[1:]] == ends[:-1]
    assert ends[-1:] in ([], [len(text)])
    assert all(turn.char_start <= turn.said_start <= turn.char_end for turn in turns)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [":" * 1_000_000, "a: " * 300_000, ":\n" * 300_000, "1:00:0" * 150_000, "Anna\n" * 100_000],
    ids=["colons", "one line", "lines", "digits", "names"],
)
def test_a_hostile_text_takes_no_longer_than_another_of_its_length(text: str) -> None:
    assert turns_of(text) == []
