from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.files.real_files import expected, observed

pytestmark = pytest.mark.data


def test_every_real_file_gives_its_pages_or_the_reason_why_not() -> None:
    folder = Path(os.environ["NETGPT_TEST_DATA"]) / "pdf"

    assert observed(folder) == expected(folder)
    assert expected(folder)
