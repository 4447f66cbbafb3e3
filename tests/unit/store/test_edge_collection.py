from __future__ import annotations

from pathlib import Path

import pytest

from netgpt_docs_service.errors import FingerprintMismatch
from netgpt_docs_service.store.edge_collection import settle_description


def test_the_same_description_is_welcome_again(tmp_path: Path) -> None:
    settle_description(tmp_path, {"model": "a", "dimension": 384})
    settle_description(tmp_path, {"model": "a", "dimension": 384})


def test_another_description_is_refused_with_both_values(tmp_path: Path) -> None:
    settle_description(tmp_path, {"model": "a", "pooling": "cls"})
    with pytest.raises(FingerprintMismatch, match=r"pooling is 'cls' .* 'mean' now"):
        settle_description(tmp_path, {"model": "a", "pooling": "mean"})


def test_a_field_that_is_new_is_refused(tmp_path: Path) -> None:
    settle_description(tmp_path, {"model": "a"})
    with pytest.raises(FingerprintMismatch, match=r"prefix is None .* 'query: ' now"):
        settle_description(tmp_path, {"model": "a", "prefix": "query: "})


def test_a_shard_without_a_description_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shard").mkdir()
    with pytest.raises(FingerprintMismatch, match=r"collection\.json is missing"):
        settle_description(tmp_path, {"model": "a"})
