from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.documents import DocumentFields, Manifest
from netgpt_docs_service.store.bm25 import bm25_model
from netgpt_docs_service.store.lexical import asked_words, indexed_words

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ("ERR_CONN_4711", {"ERRCONN", "CONN4711"}),
        ("v1.2.3", {"v1x2", "2x3"}),
        ("std::vector", {"stdvector"}),
        ("getUserById", {"get", "User", "By", "Id"}),
        ("HTTPServerError", {"HTTP", "Server", "Error"}),
        ("C++ and C#", {"Cplusplus", "Csharp"}),
        ("错误代码", {"错误", "误代", "代码"}),
        ("\uff23\uff30\uff35", {"CPU"}),
    ],
)
def test_what_the_tokenizer_loses_is_a_word_of_its_own(asked: str, made: set[str]) -> None:
    assert made <= set(asked_words(asked).split())


@pytest.mark.parametrize("asked", ["", "plain words, as they are: 1 and 2.", "naïve Straße"])
def test_prose_stays_as_it_is(asked: str) -> None:
    assert asked_words(asked) == asked


@pytest.mark.parametrize(
    ("one", "other"),
    [("C++", "C#"), ("1.23", "12.3"), ("ERR_CONN_4711", "ERR_CONN_4712"), ("4-711", "47-11")],
)
def test_names_that_differ_have_different_words(one: str, other: str) -> None:
    words = [set(bm25_model().embed_query(asked_words(name)).indices) for name in (one, other)]
    assert words[0] - words[1]
    assert words[1] - words[0]


def test_chinese_shares_words_with_the_sentence_it_is_taken_from() -> None:
    sentence = bm25_model().embed_query(asked_words("这个错误代码很重要"))
    asked = bm25_model().embed_query(asked_words("错误代码"))
    assert len(set(asked.indices) & set(sentence.indices)) == 3


def test_a_chunk_is_indexed_with_its_title_and_headings() -> None:
    manifest = Manifest(
        doc_id="doc",
        sequence=1,
        generation="1-1",
        version=1,
        fields=DocumentFields(title="Network guide"),
        created_at=NOW,
        updated_at=NOW,
    )
    chunk = Chunk(
        doc_id="doc",
        generation="1-1",
        sequence=1,
        index=0,
        text="text",
        chunk_hash="hash",
        char_start=0,
        char_end=4,
        token_count=3,
        heading_path=("Errors", "ERR_CONN"),
    )
    words = indexed_words(manifest, chunk).split()
    assert words == ["Network", "guide", "Errors", "ERR_CONN", "text", "ERRCONN"]


@pytest.mark.parametrize("piece", ["a", "aB", "a-", "1.", "_", "a1", "错", "-", "A", "c#"])
def test_a_hostile_text_is_read_in_no_time_and_grows_little(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    assert len(asked_words(text)) <= 5 * len(text)
