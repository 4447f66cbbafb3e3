from __future__ import annotations

from pathlib import Path

from tests.support.files.formats_table import formats_table

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_says_what_reading_a_file_of_each_kind_gives() -> None:
    assert formats_table() in README.read_text(encoding="utf-8")
