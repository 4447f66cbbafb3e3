from __future__ import annotations

import re
from pathlib import Path

import pytest

from netgpt_docs_service.settings import Settings


@pytest.fixture(scope="session")
def variables() -> set[str]:
    return {name.upper() for name in Settings.model_fields}


def test_every_setting_is_in_the_example_and_nothing_else(root: Path, variables: set[str]) -> None:
    example = (root / ".env.example").read_text()

    assert set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE)) == variables


def test_every_setting_is_explained(root: Path, variables: set[str]) -> None:
    page = root / "docs" / "configuration.md"
    if not page.exists():
        pytest.skip("docs/configuration.md is not written yet")
    explained = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", page.read_text()))

    assert variables - explained == set()
