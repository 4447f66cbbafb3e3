"""How many values a body may have, and that text is never taken for values."""

from __future__ import annotations

import json

import pytest

from netgpt_docs_service.api.strict_json import parse_json
from netgpt_docs_service.errors import InvalidInput, LimitExceeded

MOST = 100
MARKS = '[{,\\"' * 1_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"1," * (MOST - 1) + b"1]",
        json.dumps({"text": MARKS}).encode(),
        json.dumps({MARKS: [MARKS, "\\", "", MARKS]}).encode(),
        json.dumps({"text": "中[," * 1_000}).encode(),
    ],
)
def test_a_body_within_its_values_is_read_whatever_its_text_holds(body: bytes) -> None:
    assert parse_json(body, most_values=MOST) == json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"1," * MOST + b"1]",
        b'{"a":[' + b"[]," * 2_590_000 + b"[]]}",
        b'["' + b'","' * 2_590_000 + b'"]',
        b'["\\\\",' + b'"\\"",' * MOST + b"1]",
    ],
)
def test_a_body_of_too_many_values_is_refused_unparsed(body: bytes) -> None:
    with pytest.raises(LimitExceeded, match="more than 100 values"):
        parse_json(body, most_values=MOST)


def test_a_text_that_never_ends_is_no_json() -> None:
    with pytest.raises(InvalidInput, match="not valid JSON"):
        parse_json(b'{"text": "' + b'\\",' * 100_000, most_values=MOST)


def test_a_lone_surrogate_under_a_long_name_is_named_briefly() -> None:
    body = b'{"' + b"k" * 1_000_000 + b'": [' + b'"x",' * (MOST - 10) + b'"a\\ud800"]}'

    with pytest.raises(InvalidInput, match="surrogate at offset 1") as caught:
        parse_json(body, most_values=MOST)

    assert len(caught.value.pointer) == 200
