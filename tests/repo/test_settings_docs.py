from __future__ import annotations

import re
from pathlib import Path

import pytest

from netgpt_docs_service.settings import Settings, load_settings


@pytest.fixture(scope="session")
def example(root: Path) -> dict[str, str]:
    """What `.env.example` shows for each variable."""
    text = (root / ".env.example").read_text()
    return dict(re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", text, re.MULTILINE))


@pytest.fixture(scope="session")
def variables() -> set[str]:
    return {name.upper() for name in Settings.model_fields}


def test_every_setting_is_in_the_example_and_nothing_else(
    example: dict[str, str], variables: set[str]
) -> None:
    assert example.keys() == variables


def test_the_example_shows_the_defaults(example: dict[str, str]) -> None:
    shown = {name.lower(): value for name, value in example.items() if value}
    settings = load_settings(_env_file=None, **shown)

    assert {name: getattr(settings, name) for name in shown} == {
        name: Settings.model_fields[name].default for name in shown
    }


def test_every_setting_is_explained(root: Path, variables: set[str]) -> None:
    page = (root / "docs" / "configuration.md").read_text()
    explained = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", page))

    assert variables - explained == set()
