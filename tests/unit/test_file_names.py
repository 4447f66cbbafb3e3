from __future__ import annotations

import pytest

from netgpt_docs_service.domain.file_names import file_label
from netgpt_docs_service.errors import LimitExceeded


@pytest.mark.timeout(5)
def test_a_name_that_takes_long_to_compose_is_refused_for_its_length_first() -> None:
    with pytest.raises(LimitExceeded, match="400001 characters; at most 255"):
        file_label("a" + "\u0315\u0300" * 200_000)


def test_a_name_is_measured_once_it_is_composed() -> None:
    assert file_label("e\u0301" * 255) == "é" * 255
    with pytest.raises(LimitExceeded, match="256 characters"):
        file_label("e\u0301" * 256)
