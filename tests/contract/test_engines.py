"""What every engine promises: the vectors of the model's own pipeline, whatever shares the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from netgpt_docs_service.embedding.engine import Engine, EngineLanes
from netgpt_docs_service.embedding.engine_choice import EngineWish
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer, load_tokenizer
from tests.support.engines import choose_engine

WORDS = ["reset", "the", "password", "of", "a", "router", "searching", "relevant", "network"]


@pytest.fixture(scope="module", params=["openvino", "torch"])
def lanes(request: pytest.FixtureRequest, small_folder: Path, model_cache: Path) -> EngineLanes:
    wish = EngineWish(
        engine=request.param, precision="f32", threads=2, cache_dir=model_cache, has_bf16=False
    )
    return choose_engine(small_folder, wish)


@pytest.fixture(scope="module", params=["query", "ingest"])
def engine(request: pytest.FixtureRequest, lanes: EngineLanes) -> Engine:
    return lanes.query if request.param == "query" else lanes.ingest[-1]


@pytest.fixture(scope="module")
def tokenizer(small_folder: Path) -> ModelTokenizer:
    return load_tokenizer(small_folder / "tokenizer.json", query_prefix="", passage_prefix="")


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [" ".join((WORDS * 30)[start : start + start * 20 + 1]) for start in range(12)]


@pytest.fixture(scope="module")
def expected(small_folder: Path, texts: list[str]) -> np.ndarray:
    model = SentenceTransformer(str(small_folder), device="cpu", local_files_only=True)
    return np.asarray(model.encode(texts))


@pytest.fixture
def inputs(tokenizer: ModelTokenizer, texts: list[str]) -> list[list[int]]:
    return [tokenizer.passage(tokenizer.tokenize(text).ids) for text in texts]


def test_it_computes_what_sentence_transformers_computes(
    engine: Engine, inputs: list[list[int]], expected: np.ndarray
) -> None:
    found = np.asarray([vector for each in inputs for vector in engine.compute([each])])
    assert np.einsum("ij,ij->i", found, expected).min() > 0.9999


def test_texts_of_any_lengths_may_share_a_run(
    engine: Engine, inputs: list[list[int]], expected: np.ndarray
) -> None:
    assert np.einsum("ij,ij->i", np.asarray(engine.compute(inputs)), expected).min() > 0.9999


def test_vectors_have_norm_one(engine: Engine, inputs: list[list[int]]) -> None:
    assert np.linalg.norm(engine.compute(inputs), axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("ids", [[2, 1, 3], [2] + [1] * 40 + [3], [2, 3], [2] + [9] * 298 + [3]])
def test_the_shortest_the_longest_and_unknown_words_have_vectors(
    engine: Engine, ids: list[int]
) -> None:
    (vector,) = engine.compute([ids])
    assert np.isfinite(vector).all()


def test_a_run_that_fails_leaves_the_engine_whole(
    engine: Engine, inputs: list[list[int]], expected: np.ndarray
) -> None:
    with pytest.raises((OverflowError, ValueError)):
        engine.compute([[2, 2**70, 3]])
    (vector,) = engine.compute(inputs[:1])
    assert np.dot(vector, expected[0]) > 0.9999
