"""int8, from the wish to the vectors: near those of f32, and never among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from netgpt_docs_service.embedding.engine_choice import EngineWish
from netgpt_docs_service.embedding.load import LoadedModel, load_embedding
from netgpt_docs_service.embedding.model_folder import open_model_folder
from netgpt_docs_service.embedding.quantization import calibration_id
from netgpt_docs_service.errors import FingerprintMismatch
from netgpt_docs_service.store.edge_collection import settle_description
from tests.support.engines import choose_engine

TEXTS = [
    "reset the password of the router",
    "network " * 200,
    "address table for the packet search",
]

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(find_spec("nncf") is None, reason="NNCF is not installed (extra `int8`)"),
]


@pytest.fixture(scope="module")
def wish(tmp_path_factory: pytest.TempPathFactory) -> EngineWish:
    """Floats, in a cache of this module alone."""
    cache = tmp_path_factory.mktemp("cache")
    return EngineWish(
        engine="openvino", precision="f32", threads=1, cache_dir=cache, has_bf16=False
    )


@pytest.fixture(scope="module")
def floats(small_folder: Path, wish: EngineWish) -> Iterator[LoadedModel]:
    folder = open_model_folder(small_folder)
    model = load_embedding(folder, name="bge-small-en", wish=wish, queue_tokens=100_000)
    yield model
    model.embedder.close()


@pytest.fixture(scope="module")
def int8(small_folder: Path, wish: EngineWish) -> Iterator[LoadedModel]:
    model = load_embedding(
        open_model_folder(small_folder),
        name="bge-small-en",
        wish=replace(wish, precision="int8"),
        queue_tokens=100_000,
    )
    yield model
    model.embedder.close()


def test_it_says_what_it_is(int8: LoadedModel) -> None:
    found = int8.embedder.description
    assert (found.engine, found.precision, found.fell_back) == ("openvino", "int8", ())
    assert int8.embedder.fingerprint.quantization == f"int8-{calibration_id()}"


def test_only_the_quantization_tells_its_fingerprint_from_that_of_floats(
    floats: LoadedModel, int8: LoadedModel
) -> None:
    quantization = int8.embedder.fingerprint.quantization
    assert replace(floats.embedder.fingerprint, quantization=quantization) == (
        int8.embedder.fingerprint
    )
    assert floats.embedder.fingerprint.quantization is None


async def test_its_vectors_are_near_those_of_floats_and_others(
    floats: LoadedModel, int8: LoadedModel
) -> None:
    ids = [floats.tokenizer.tokenize(text).ids for text in TEXTS]
    expected = await floats.embedder.embed_passages(ids)
    found = await int8.embedder.embed_passages(ids)
    cosines = np.einsum("ij,ij->i", np.asarray(found), np.asarray(expected))
    assert 0.95 < cosines.min() < cosines.max() < 0.99999


@pytest.mark.usefixtures("floats", "int8")
def test_both_are_kept_in_the_cache(small_folder: Path, wish: EngineWish) -> None:
    assert len(list(wish.cache_dir.iterdir())) == 2
    for precision in ("f32", "int8"):
        found = choose_engine(small_folder, replace(wish, precision=precision))
        assert found.description.precision == precision
    assert len(list(wish.cache_dir.iterdir())) == 2


def test_a_collection_of_floats_refuses_int8_and_names_the_quantization(
    tmp_path: Path, floats: LoadedModel, int8: LoadedModel
) -> None:
    settle_description(tmp_path, asdict(floats.embedder.fingerprint))
    with pytest.raises(FingerprintMismatch, match=r"quantization is None .* 'int8-\w+' now"):
        settle_description(tmp_path, asdict(int8.embedder.fingerprint))
