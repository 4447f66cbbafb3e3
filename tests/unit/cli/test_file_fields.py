from __future__ import annotations

import json

import pytest

from netgpt_docs_service.cli.file_fields import form_fields
from netgpt_docs_service.errors import InvalidInput


def test_what_is_not_said_is_no_field() -> None:
    assert form_fields(None, None, (), ()) == {}


def test_tags_are_one_list() -> None:
    assert form_fields("note", "faq", ["a", "b,c"], ()) == {
        "doc_type": "note",
        "intent": "faq",
        "tags": '["a", "b,c"]',
    }


@pytest.mark.parametrize(
    ("entries", "values"),
    [
        (["team=sales"], {"team": "sales"}),
        (["year=2024", "share=0.5", "final=true"], {"year": 2024, "share": 0.5, "final": True}),
        (['code="007"', "other=007"], {"code": "007", "other": "007"}),
        (["a=1", "a=two"], {"a": [1, "two"]}),
        (["formula=x=y", "empty="], {"formula": "x=y", "empty": ""}),
        (
            ["a=NaN", "b=1e999", "c=null", "d=[1]"],
            {"a": "NaN", "b": "1e999", "c": "null", "d": "[1]"},
        ),
    ],
)
def test_a_value_is_a_number_a_claim_or_else_a_text(
    entries: list[str], values: dict[str, object]
) -> None:
    assert json.loads(form_fields(None, None, (), entries)["metadata"]) == values


@pytest.mark.parametrize("entry", ["team", "=sales", ""])
def test_an_entry_without_a_name_or_a_value_is_named(entry: str) -> None:
    with pytest.raises(InvalidInput, match="name=value"):
        form_fields(None, None, (), [entry])
