"""How FILTERABLE_METADATA is read, and what is said of an entry that makes no sense."""

from __future__ import annotations

import pytest

from netgpt_docs_service.domain.filterable import parse_filterable
from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.settings import load_settings


@pytest.mark.parametrize("text", ["", " "])
def test_nothing_declares_no_name(text: str) -> None:
    assert parse_filterable(text) == {}


def test_names_are_declared_with_their_types() -> None:
    assert parse_filterable("team:keyword, year : integer,y-z:bool") == {
        "team": "keyword",
        "year": "integer",
        "y-z": "bool",
    }


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("team", "'team'"),
        ("team:", "'team:'"),
        ("team:keyword,year:int", "'year:int'"),
        ("a.b:keyword", "'a.b:keyword'"),
        (":keyword", "':keyword'"),
        ("team:keyword,", "''"),
        ("team:keyword,team:float", "'team:float'"),
        ("team:keyword:float", "'team:keyword:float'"),
    ],
)
def test_an_entry_that_makes_no_sense_is_named(text: str, entry: str) -> None:
    with pytest.raises(ConfigurationError, match=entry):
        parse_filterable(text)


def test_the_setting_is_named_when_its_value_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="FILTERABLE_METADATA: 'team:text'"):
        load_settings(_env_file=None, filterable_metadata="team:text")
