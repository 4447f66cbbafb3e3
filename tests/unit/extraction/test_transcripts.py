from __future__ import annotations

import json

import pytest

from netgpt_docs_service.errors import NoExtractableText
from tests.support.files.reading_texts import read

VTT = """WEBVTT - a title

NOTE a remark
of two lines

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.000 align:start
<v.loud Ann Lee>Hello <b>there</b>

01:00:03.500 --> 01:00:04.000
<v Ann Lee>again &amp; again

01:00:03.500 --> 01:00:04.000
<v Ann Lee>again &amp; again

01:00:05.000 --> 01:00:06.000
- Bob: Yes?
the answer is: no
"""
SRT = """1
00:00:01,000 --> 00:00:02,000
ANN: Hi
BOB: Ho
2
00:00:03,000 --> 00:00:04,000
{\\an8}<i>Nobody</i> speaks
"""


@pytest.mark.parametrize(
    ("content", "name", "text"),
    [
        (
            VTT,
            "a.vtt",
            """[00:00:01 - 01:00:04] Ann Lee: Hello there again & again

[01:00:05 - 01:00:06] Bob: Yes? the answer is: no""",
        ),
        (
            SRT,
            "a.srt",
            """[00:00:01 - 00:00:02] ANN: Hi

[00:00:01 - 00:00:02] BOB: Ho

[00:00:03 - 00:00:04] Nobody speaks""",
        ),
    ],
)
def test_subtitles_become_turns(content: str, name: str, text: str) -> None:
    extracted = read(content, name)
    starts = extracted.layout.turn_starts

    assert extracted.text == text
    assert [text[at - 2 : at + 1] for at in starts[1:]] == ["\n\n["] * (len(starts) - 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": [{"type": "text", "text": "Ho\n\nhum"}]},
            ],
            "user: Hi\n\nassistant: Ho\nhum",
        ),
        (
            {
                "title": "x",
                "messages": [
                    {"user": "U1", "text": "Hi", "ts": "1700000000.000100"},
                    {"user_profile": {"real_name": "Ann"}, "text": "Ho", "ts": "1700000100.0"},
                ],
            },
            "[22:13:20] U1: Hi\n\n[22:15:00] Ann: Ho",
        ),
        (
            [
                {"date": "12/31/23, 9:15 PM", "author": "Ann: A", "message": "Hi"},
                {"date": "12/31/23, 9:16 PM", "author": "Bob", "message": "Ho"},
            ],
            "[21:15:00] Ann A: Hi\n\n[21:16:00] Bob: Ho",
        ),
        (
            [
                {"date": "2024-01-02T23:59:00Z", "author": "Ann", "message": "Hi"},
                {"date": "2024-01-03 00:01", "author": "Bob", "message": "Ho"},
            ],
            "[2024-01-02 23:59:00] Ann: Hi\n\n[2024-01-03 00:01:00] Bob: Ho",
        ),
        (
            {
                "messages": [
                    {"user": "A", "text": "a", "ts": "1700000000.0"},
                    {"user": "B", "text": "b", "ts": "1700009000.0"},
                ]
            },
            "[2023-11-14 22:13:20] A: a\n\n[2023-11-15 00:43:20] B: b",
        ),
        (
            {
                "segments": [
                    {"start": 1.5, "speaker": "A", "text": "a"},
                    {"start": 3700, "speaker": "B", "text": "b"},
                ]
            },
            "[00:00:01] A: a\n\n[01:01:40] B: b",
        ),
        (
            [{"createdAt": "2026-03-02T10:11:12Z", "sender": {"name": "A"}, "body": "a"}] * 2,
            "[10:11:12] A: a\n\n[10:11:12] A: a",
        ),
    ],
)
def test_chats_become_turns(value: object, text: str) -> None:
    assert read(json.dumps(value), "a.json").text == text


@pytest.mark.parametrize(
    "value",
    [
        [{"name": "A", "text": "a"}, {"name": "B", "text": "b"}],
        [{"author": "A", "title": "t", "body": "a"}, {"author": "A", "title": "t", "body": "a"}],
        [{"role": "user", "content": "only one"}],
        [{"text": "a"}, {"text": "b"}],
        {"messages": "none"},
        [{"author": "A", "text": "a", "rating": 5, "date": "2026-03-02T10:11:12Z"}] * 2,
        [{"message": {"author": "A", "text": "a"}, "labels": ["bug"]}] * 2,
        [{"author": "A", "name": "Chair", "text": "a"}] * 2,
        [1, {"role": "user", "content": "x"}, {"role": "user", "content": "x"}],
    ],
)
def test_json_that_is_not_plainly_a_chat_stays_as_it_is(value: object) -> None:
    assert read(json.dumps(value), "a.json").text == json.dumps(value)


def test_what_of_a_chat_is_not_read_is_named() -> None:
    message = {"type": "message", "client_msg_id": "1", "user": "A", "text": "a", "ts": "1.5"}
    chat = {"product": "x", "id": 7, "messages": [message, {**message, "reactions": [{}]}]}
    extracted = read(json.dumps(chat), "a.json")

    assert extracted.text == "[00:00:01] A: a\n\n[00:00:01] A: a"
    assert extracted.warnings == (
        "of the messages was not read: reactions",
        "beside the messages was not read: product",
    )


@pytest.mark.parametrize("time", [10**400, None, True, -1, 1e30, "soon", "99", [], {}, "9" * 5000])
def test_a_time_that_makes_no_sense_is_left_out_or_short(time: object) -> None:
    messages = [{"role": "a", "content": "x", "time": time}, {"role": "b", "content": "y"}]

    assert read(json.dumps(messages), "a.json").text.endswith("a: x\n\nb: y")


def test_subtitles_in_which_nobody_speaks_hold_no_text() -> None:
    with pytest.raises(NoExtractableText):
        read("WEBVTT\n\nNOTE nothing", "a.vtt")
