"""What every engine behind the Embedder port promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from netgpt_docs_service.embedding.engine_choice import EngineWish
from netgpt_docs_service.embedding.interface import Embedder, TextKind
from netgpt_docs_service.embedding.load import LoadedModel, load_embedding
from netgpt_docs_service.embedding.model_folder import open_model_folder
from netgpt_docs_service.embedding.model_source import resolve_model
from netgpt_docs_service.errors import LimitExceeded, ModelUnavailable
from tests.support.models import edit_json, make_bge_folder

TEXTS = (
    "reset the password of the router",
    "a",
    "network " * 200,
    "relevant passages, with punctuation!",
    "address table for the packet search",
    "\U00013000 \U00013001",  # in no vocabulary
)


@pytest.fixture(scope="module", params=["tiny", pytest.param("bundled", marks=pytest.mark.model)])
def model_name(request: pytest.FixtureRequest, small_folder: Path) -> str:
    return str(small_folder) if request.param == "tiny" else "bundled"


@pytest.fixture(scope="module")
def exact(model_cache: Path) -> EngineWish:
    """The service's own choice, on a CPU without bf16."""
    return EngineWish(threads=2, cache_dir=model_cache, has_bf16=False)


@pytest.fixture(scope="module")
def loaded(model_name: str, exact: EngineWish) -> Iterator[LoadedModel]:
    model = load_embedding(
        resolve_model(model_name, cache_dir=None, offline=True),
        name=model_name,
        wish=exact,
        queue_tokens=100_000,
    )
    yield model
    model.embedder.close()


@pytest.fixture(scope="module")
def embedder(loaded: LoadedModel) -> Embedder:
    return loaded.embedder


@pytest.fixture(scope="module")
def reference(model_name: str) -> SentenceTransformer:
    folder = resolve_model(model_name, cache_dir=None, offline=True).path
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def tiny(small_folder: Path, exact: EngineWish) -> Iterator[LoadedModel]:
    folder = open_model_folder(small_folder)
    model = load_embedding(folder, name="bge-small-en", wish=exact, queue_tokens=100_000)
    yield model
    model.embedder.close()


async def test_vectors_have_the_promised_length_and_norm_one(embedder: Embedder) -> None:
    vector = await embedder.embed_query("how do I reset the router?")
    assert len(vector) == embedder.dimension == embedder.fingerprint.dimension
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


async def test_passages_are_what_sentence_transformers_makes_of_their_text(
    loaded: LoadedModel, reference: SentenceTransformer
) -> None:
    ids = [loaded.tokenizer.tokenize(text).ids for text in TEXTS]
    vectors = await loaded.embedder.embed_passages(ids)
    expected = reference.encode(list(TEXTS))
    assert min(map(np.dot, vectors, expected)) > 0.9999


async def test_queries_are_what_sentence_transformers_makes_of_prefix_and_text(
    loaded: LoadedModel, reference: SentenceTransformer
) -> None:
    vector = await loaded.embedder.embed_query(TEXTS[0])
    expected = reference.encode(loaded.profile.query_prefix + TEXTS[0])
    assert np.dot(vector, expected) > 0.9999


async def test_a_passage_has_one_vector_whoever_its_neighbours_are(loaded: LoadedModel) -> None:
    ids = [loaded.tokenizer.tokenize(text).ids for text in TEXTS]
    together = await loaded.embedder.embed_passages(ids)
    alone = [(await loaded.embedder.embed_passages([each]))[0] for each in ids]
    assert min(map(np.dot, together, alone)) > 0.9999


async def test_bge_embeds_a_question_unlike_a_passage(tiny: LoadedModel) -> None:
    ids = tiny.tokenizer.tokenize("reset the password").ids
    (passage,) = await tiny.embedder.embed_passages([ids])
    assert np.dot(await tiny.embedder.embed_query("reset the password"), passage) < 0.99


async def test_no_passages_are_no_vectors(embedder: Embedder) -> None:
    assert await embedder.embed_passages([]) == []


async def test_the_longest_passage_is_taken_and_one_token_more_refused(
    loaded: LoadedModel,
) -> None:
    limit = loaded.embedder.max_tokens
    room = limit - loaded.tokenizer.special_token_count
    assert len(await loaded.embedder.embed_passages([[9] * room])) == 1
    with pytest.raises(LimitExceeded, match=f"passage 1 has {limit + 1} tokens.* takes {limit}"):
        await loaded.embedder.embed_passages([[9], [9] * (room + 1)])


async def test_a_question_too_long_is_refused_with_both_numbers(loaded: LoadedModel) -> None:
    text = "network " * 3_000
    tokens = len(loaded.tokenizer.query(text))
    with pytest.raises(
        LimitExceeded, match=f"has {tokens} tokens.* takes {loaded.embedder.max_tokens}"
    ):
        await loaded.embedder.embed_query(text)


@pytest.mark.parametrize("kind", TextKind)
async def test_whole_texts_are_embedded_as_their_kind(loaded: LoadedModel, kind: TextKind) -> None:
    embedder, tokenizer = loaded.embedder, loaded.tokenizer
    embedded = await embedder.embed_texts(TEXTS, kind=kind)
    if kind is TextKind.QUERY:
        expected = [await embedder.embed_query(text) for text in TEXTS]
        tokens = sum(len(tokenizer.query(text)) for text in TEXTS)
    else:
        ids = [tokenizer.tokenize(text).ids for text in TEXTS]
        expected = await embedder.embed_passages(ids)
        tokens = sum(len(tokenizer.passage(each)) for each in ids)
    assert min(map(np.dot, embedded.vectors, expected)) > 0.9999
    assert embedded.tokens == tokens


@pytest.mark.parametrize(
    "text", ["a", "", "\U00013000", "\U00013000 \U00013001 \U00013002"], ids=ascii
)
async def test_texts_of_next_to_nothing_have_a_vector(embedder: Embedder, text: str) -> None:
    (vector,) = (await embedder.embed_texts([text], kind=TextKind.PASSAGE)).vectors
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


async def test_no_texts_are_no_vectors_and_no_tokens(embedder: Embedder) -> None:
    embedded = await embedder.embed_texts([], kind=TextKind.PASSAGE)
    assert (embedded.vectors, embedded.tokens) == ([], 0)


async def test_a_text_of_a_hundred_thousand_tokens_is_refused_by_its_number(
    embedder: Embedder,
) -> None:
    with pytest.raises(LimitExceeded, match=rf"text 1 has 10\d+ tokens.* {embedder.max_tokens}"):
        await embedder.embed_texts(["a", "network " * 100_000], kind=TextKind.PASSAGE)


@pytest.fixture
def on_torch(exact: EngineWish) -> EngineWish:
    return replace(exact, engine="torch")


def test_a_model_with_broken_weights_is_refused(tmp_path: Path, on_torch: EngineWish) -> None:
    folder = make_bge_folder(tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"half a file")
    with pytest.raises(ModelUnavailable, match="do not load as a model"):
        load_embedding(open_model_folder(folder), name="tiny", wish=on_torch, queue_tokens=1)


def test_a_model_that_breaks_its_folders_promise_is_refused(
    tmp_path: Path, on_torch: EngineWish
) -> None:
    folder = make_bge_folder(tmp_path / "model")
    steps = open_model_folder(folder).modules
    edit_json(steps[1].path / "config.json", word_embedding_dimension=64)
    with pytest.raises(ModelUnavailable, match="32 numbers; its folder promises 64"):
        load_embedding(open_model_folder(folder), name="tiny", wish=on_torch, queue_tokens=1)
