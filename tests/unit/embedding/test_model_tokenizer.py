from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from netgpt_docs_service.embedding.model_folder import ModelFolder
from netgpt_docs_service.embedding.model_source import resolve_model
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer, load_tokenizer
from netgpt_docs_service.errors import ModelUnavailable
from tests.support.models import untruncated_tokenizer

WORDS = (
    "the", "router,", "address", "naïve", "e\u0301te\u0301", "東京タワー", "👩‍👩‍👧", "x" * 130,
    "[SEP]", "2024-11-21", "a\u00a0b", "\u200b", "\x00", "don't", "\u0301", "passages.",
)  # fmt: skip
GAPS = (" ", " ", " ", "\n", "  ", "\n\n", "\t", "\r\n", " \n")


@pytest.fixture
def long_text() -> str:
    dice = random.Random(7)
    return "".join(dice.choice(WORDS) + dice.choice(GAPS) for _ in range(20_000))


def test_pieces_have_the_tokens_of_the_whole(bge_folder: ModelFolder, long_text: str) -> None:
    tokens = load_tokenizer(bge_folder.tokenizer_file, query_prefix="", passage_prefix="").tokenize(
        long_text
    )
    whole = untruncated_tokenizer(bge_folder.tokenizer_file).encode(
        long_text, add_special_tokens=False
    )
    assert list(tokens.ids) == whole.ids
    assert list(map(tuple, tokens.offsets.tolist())) == whole.offsets
    assert tokens.words.tolist() == whole.word_ids


@pytest.mark.model
def test_pieces_have_the_tokens_of_the_whole_in_the_bundled_model(long_text: str) -> None:
    file = resolve_model("bundled", cache_dir=None, offline=True).tokenizer_file
    tokens = load_tokenizer(file, query_prefix="", passage_prefix="").tokenize(long_text)
    whole = untruncated_tokenizer(file).encode(long_text, add_special_tokens=False)
    assert list(tokens.ids) == whole.ids
    assert list(map(tuple, tokens.offsets.tolist())) == whole.offsets
    assert tokens.words.tolist() == whole.word_ids


@pytest.mark.model
def test_pieces_between_marks_have_the_tokens_of_the_whole() -> None:
    file = resolve_model("bundled", cache_dir=None, offline=True).tokenizer_file
    dice = random.Random(11)
    text = "".join(dice.choice("&e;a.b-_(Z9)'\"é") for _ in range(60_000))
    tokens = load_tokenizer(file, query_prefix="", passage_prefix="").tokenize(text)
    whole = untruncated_tokenizer(file).encode(text, add_special_tokens=False)
    assert list(tokens.ids) == whole.ids
    assert list(map(tuple, tokens.offsets.tolist())) == whole.offsets
    assert tokens.words.tolist() == whole.word_ids


def test_a_text_without_white_space_is_tokenized_whole(tokenizer: ModelTokenizer) -> None:
    tokens = tokenizer.tokenize("a-" * 25_000)
    assert len(tokens.ids) == 50_000
    assert tokens.offsets[-1].tolist() == [49_999, 50_000]


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00"])
def test_a_text_of_nothing_has_no_tokens(tokenizer: ModelTokenizer, text: str) -> None:
    assert len(tokenizer.tokenize(text).ids) == 0


def test_a_million_characters_leave_other_threads_running(tokenizer: ModelTokenizer) -> None:
    text = "router address table " * 50_000
    ticks = 0
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(tokenizer.tokenize, text)
        while not work.done():
            threading.Event().wait(0.001)
            ticks += 1
    assert len(work.result().ids) == 150_000
    assert ticks > 20  # one call of `encode` leaves room for one or two


def test_many_threads_agree_with_one(tokenizer: ModelTokenizer) -> None:
    texts = [f"router {'address ' * size}" for size in range(64)]
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda text: len(tokenizer.tokenize(text).ids), texts * 10))
    assert counts == list(range(1, 65)) * 10


def test_a_passage_is_framed_as_the_model_was_trained(tokenizer: ModelTokenizer) -> None:
    assert tokenizer.passage([10, 11]) == [2, 10, 11, 3]
    assert tokenizer.special_token_count == 2


def test_prefixes_are_part_of_what_the_model_reads(bge_folder: ModelFolder) -> None:
    prefixed = load_tokenizer(
        bge_folder.tokenizer_file, query_prefix="search: ", passage_prefix="passages: "
    )
    plain = load_tokenizer(bge_folder.tokenizer_file, query_prefix="", passage_prefix="")
    ids = plain.tokenize("router").ids
    assert prefixed.query("router") == plain.query("search: router")
    assert prefixed.passage(ids) == plain.query("passages: router")
    assert prefixed.special_token_count == len(prefixed.passage([]))


def test_a_prefix_that_melts_into_the_text_is_refused(bge_folder: ModelFolder) -> None:
    with pytest.raises(ModelUnavailable, match="joins the passage prefix 'reset'"):
        load_tokenizer(bge_folder.tokenizer_file, query_prefix="", passage_prefix="reset")


def test_a_file_that_is_no_tokenizer_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"tokenizer\.json is not a tokenizer"):
        load_tokenizer(tmp_path / "tokenizer.json", query_prefix="", passage_prefix="")
