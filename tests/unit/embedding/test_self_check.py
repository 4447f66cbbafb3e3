"""What serves has shown that it computes what the model's own pipeline computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.model_folder import ModelFolder
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer, load_tokenizer
from netgpt_docs_service.embedding.self_check import Reference, refer


class HashEngine:
    """Gives each input a vector of its own, then lets `distort` at all of them."""

    def __init__(self, distort: Callable[[np.ndarray], np.ndarray] = lambda found: found) -> None:
        self.distort = distort

    def compute(self, inputs: Sequence[Sequence[int]]) -> list[Vector]:
        found = [np.random.default_rng(list(ids)).standard_normal(8) for ids in inputs]
        vectors: list[Vector] = self.distort(np.asarray(found)).tolist()
        return vectors


@pytest.fixture
def reference(tokenizer: ModelTokenizer) -> Reference:
    return refer(HashEngine(), tokenizer=tokenizer, max_tokens=512)


def test_the_fixed_texts_reach_the_longest_input(reference: Reference) -> None:
    assert [len(ids) for ids in reference.inputs] == [3, 12, 31, 64, 127, 256, 512]


def test_a_short_model_is_checked_up_to_its_own_limit(tokenizer: ModelTokenizer) -> None:
    short = refer(HashEngine(), tokenizer=tokenizer, max_tokens=128)
    assert [len(ids) for ids in short.inputs] == [3, 12, 31, 64, 127, 128]


def test_a_long_passage_prefix_leaves_every_input_within_the_limit(bge_folder: ModelFolder) -> None:
    prefixed = load_tokenizer(
        bge_folder.tokenizer_file, query_prefix="", passage_prefix="search document: "
    )
    reference = refer(HashEngine(), tokenizer=prefixed, max_tokens=64)
    assert max(map(len, reference.inputs)) == 64


def test_the_same_vectors_have_a_cosine_of_one(reference: Reference) -> None:
    assert reference.smallest_cosine(HashEngine()) == pytest.approx(1)


def one_is_zero(found: np.ndarray) -> np.ndarray:
    found[-1] = 0
    return found


def later_rows_are_wrong(found: np.ndarray) -> np.ndarray:
    found[5:] *= -1
    return found


def padding_leaks(found: np.ndarray) -> np.ndarray:
    return found + (len(found) > 1)


@pytest.mark.parametrize(
    "distort",
    [
        lambda found: -found,
        lambda found: found * np.nan,
        lambda found: found[:, :4],
        lambda found: found[:-1],
        one_is_zero,
        later_rows_are_wrong,
        padding_leaks,
    ],
    ids=["turned", "not finite", "short", "one missing", "zero", "later rows", "padding leaks"],
)
def test_wrong_vectors_do_not_pass(
    reference: Reference, distort: Callable[[np.ndarray], np.ndarray]
) -> None:
    assert reference.smallest_cosine(HashEngine(distort)) < 0.9


def test_a_reference_is_read_as_it_was_written(reference: Reference, tmp_path: Path) -> None:
    reference.write(tmp_path / "reference.json")
    assert Reference.read(tmp_path / "reference.json") == reference
