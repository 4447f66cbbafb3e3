"""What holds for the passages of any text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netgpt_docs_service.chunking.interface import Tokenizer
from netgpt_docs_service.chunking.token_chunker import TokenChunker

PIECES = [
    "cat",
    "The dog sees the tree.",
    "unknownword",
    "x" * 40,
    "y" * 130,
    "z" * 900,
    "中文字中文。",
    "！？",  # noqa: RUF001 - Chinese marks are meant
    "👩‍👩‍👧",
    "e\u0301\u0301",
    "\u0301" * 3,
    "\ufeff",
    "\u200d",
    "QUJDREVGRw+/==",
    "a,b;1,2,,3",
    "# Title",
    "Title\n=====",
    "```",
    "...",
    "½㎏",
    "\x00",
]
SPACES = ["", " ", "\n", "\n\n", "\r\n", "\t", " " * 50, " " * 900, "\n" * 700, "\u3000", "\u2028"]
TEXTS = (
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SPACES)), max_size=60)
    .flatmap(lambda pairs: st.tuples(st.sampled_from(SPACES), st.just(pairs)))
    .map(lambda made: made[0] + "cat" + "".join(piece + space for piece, space in made[1]))
)
MEDIA_TYPES = st.sampled_from(["text/markdown", "text/x-rst", "text/plain"])
anything = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(text=TEXTS | st.text(max_size=300).map("cat {}".format), media_type=MEDIA_TYPES)
@anything
def test_the_text_is_rebuilt_exactly_from_the_passages(
    chunker: TokenChunker, text: str, media_type: str
) -> None:
    passages = chunker.split(text, media_type=media_type)
    ends = [0, *(passage.char_end for passage in passages)]
    own = [text[before:after] for before, after in pairwise(ends)]
    assert "".join(own) == text
    assert all(own)


@given(text=TEXTS, media_type=MEDIA_TYPES)
@anything
def test_passages_are_in_order_and_touch_or_overlap(
    chunker: TokenChunker, text: str, media_type: str
) -> None:
    passages = chunker.split(text, media_type=media_type)
    assert passages[0].char_start == 0
    assert passages[-1].char_end == len(text)
    assert all(a.char_start < b.char_start <= a.char_end for a, b in pairwise(passages))
    assert [passage.index for passage in passages] == list(range(len(passages)))


@given(text=TEXTS, media_type=MEDIA_TYPES)
@anything
def test_a_passage_is_the_span_it_names(chunker: TokenChunker, text: str, media_type: str) -> None:
    passages = chunker.split(text, media_type=media_type)
    assert all(text[p.char_start : p.char_end] == p.text for p in passages)


@given(text=TEXTS, media_type=MEDIA_TYPES)
@anything
def test_no_passage_is_larger_than_the_limits(
    chunker: TokenChunker, text: str, media_type: str
) -> None:
    passages = chunker.split(text, media_type=media_type)
    assert max(passage.token_count for passage in passages) <= 48
    assert max(len(passage.text) for passage in passages) <= 16 * 48


@given(text=TEXTS | st.text(max_size=300).map("cat {}".format), media_type=MEDIA_TYPES)
@anything
def test_the_ids_are_those_of_the_passage_tokenized_alone(
    chunker: TokenChunker, tokenizer: Tokenizer, text: str, media_type: str
) -> None:
    passages = chunker.split(text, media_type=media_type)
    alone = [tuple(tokenizer.tokenize(passage.text).ids) for passage in passages]
    assert [passage.token_ids for passage in passages] == alone


@given(words=st.lists(st.sampled_from(["cat", "zebra", "x9", "dog", "a" * 30]), min_size=60))
@anything
def test_no_cut_falls_inside_a_word(chunker: TokenChunker, words: list[str]) -> None:
    passages = chunker.split(" ".join(words), media_type="text/plain")
    assert {word for passage in passages for word in passage.text.split()} <= set(words)


@given(text=TEXTS)
@anything
def test_an_overlap_has_at_most_the_tokens_it_may(
    chunker: TokenChunker, tokenizer: Tokenizer, text: str
) -> None:
    passages = chunker.split(text, media_type="text/markdown")
    repeated = [text[b.char_start : a.char_end] for a, b in pairwise(passages)]
    assert all(len(tokenizer.tokenize(overlap).ids) <= 12 for overlap in repeated)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 20_000, id="one word"),
        pytest.param("ab,1;" * 4_000, id="one line of values"),
        pytest.param("中文字。" * 3_000, id="chinese"),
        pytest.param("👩‍👩‍👧" * 3_000, id="joined emoji"),
        pytest.param("e" + "\u0301" * 9_000, id="combining marks"),
        pytest.param("cat" + " " * 50_000 + "dog", id="spaces"),
        pytest.param("\n" * 50_000 + "dog", id="leading lines"),
        pytest.param("the same line\n" * 2_000, id="equal lines"),
        pytest.param("½㎏ " * 3_000, id="characters that spell several"),
    ],
)
def test_monotonous_texts_keep_limits_and_ids(
    chunker: TokenChunker, tokenizer: Tokenizer, text: str
) -> None:
    passages = chunker.split(text, media_type="text/plain")
    assert max(passage.token_count for passage in passages) <= 48
    assert max(len(passage.text) for passage in passages) <= 16 * 48
    assert all(p.token_ids == tuple(tokenizer.tokenize(p.text).ids) for p in passages)


@pytest.mark.model
def test_the_bundled_model_agrees_on_the_ids_of_every_passage(
    model_tokenizer: Tokenizer, prose: str
) -> None:
    chunker = TokenChunker(model_tokenizer, chunk_tokens=256, overlap_tokens=64)
    text = f"{prose}\n\nCafe\u0301 naïve “quotes”, e.g. İstanbul 中文。한국어 👍🏽\n\n{'q' * 5_000}"
    passages = chunker.split(text, media_type="text/plain")
    chunker.close()
    alone = [tuple(model_tokenizer.tokenize(passage.text).ids) for passage in passages]
    assert [passage.token_ids for passage in passages] == alone
    assert max(passage.token_count for passage in passages) <= 256
