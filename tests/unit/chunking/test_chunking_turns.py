"""What holds for the passages of a transcript: turns stay whole where they can."""

from __future__ import annotations

import random
from itertools import accumulate, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netgpt_docs_service.chunking.interface import Tokenizer
from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.domain.layout import Layout

TURNS = st.lists(
    st.sampled_from(
        [
            "Anna: the cat sees the dog.\n",
            "Ben: in.\n\n",
            "\u200eAnna: the dog walks. the tree of the house.\n",
            "Ben: " + "the cat walks under the tree. " * 12 + "\n",
            "Ben: " + "x" * 900 + "\n",
            "# Title\n",
            "cat\n" * 5 + " " * 900 + "\n",
        ]
    ),
    min_size=1,
    max_size=30,
)
anything = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def split(chunker: TokenChunker, turns: list[str]) -> tuple[str, Layout, list[Passage]]:
    """Return the text of `turns`, where they start, and its passages."""
    layout = Layout(turn_starts=(0, *accumulate(map(len, turns[:-1]))))
    text = "".join(turns)
    return text, layout, chunker.split(text, media_type="text/plain", layout=layout)


@given(TURNS)
@anything
def test_a_passage_holds_part_of_a_turn_only_if_no_passage_holds_it_whole(
    chunker: TokenChunker, tokenizer: Tokenizer, turns: list[str]
) -> None:
    text, layout, passages = split(chunker, turns)
    starts = {*layout.turn_starts, len(text)}
    long = [
        range(start + 1, start + len(turn))
        for start, turn in zip(layout.turn_starts, turns, strict=True)
        if len(tokenizer.tokenize(turn).ids) > 46 or len(turn) > 16 * 46
    ]
    bounds = {bound for each in passages for bound in (each.char_start, each.char_end)}

    assert all(any(bound in turn for turn in long) for bound in bounds - starts)


@given(TURNS)
@anything
def test_limits_ids_and_every_character_are_kept(
    chunker: TokenChunker, tokenizer: Tokenizer, turns: list[str]
) -> None:
    text, _, passages = split(chunker, turns)
    ends = [0, *(passage.char_end for passage in passages)]

    assert "".join(text[one:other] for one, other in pairwise(ends)) == text
    assert max(passage.token_count for passage in passages) <= 48
    assert max(len(passage.text) for passage in passages) <= 16 * 48
    assert all(p.token_ids == tuple(tokenizer.tokenize(p.text).ids) for p in passages)


def test_a_turn_that_is_too_long_shares_no_passage(chunker: TokenChunker) -> None:
    long = "Ben: " + "the cat walks under the tree. " * 12 + "\n"
    _, _, passages = split(chunker, ["Anna: in.\n", long, "Anna: of.\n"])

    assert [each.text for each in passages][0 :: len(passages) - 1] == [
        "Anna: in.\n",
        "Anna: of.\n",
    ]
    assert passages[1].text.startswith("Ben:")


def test_short_turns_share_a_passage(chunker: TokenChunker) -> None:
    _, _, passages = split(chunker, ["Anna: in.\n", "Ben: of.\n"])

    assert len(passages) == 1


def test_an_edit_of_one_turn_moves_only_its_neighbours(chunker: TokenChunker) -> None:
    chance = random.Random(3)
    turns = [
        f"{chance.choice(['Anna', 'Ben'])}: "
        + " ".join(chance.choices(["cat", "tree", "walks"], k=chance.randint(2, 30)))
        + ".\n"
        for _ in range(300)
    ]
    edited = [*turns[:150], "Ben: a new one in the middle.\n", *turns[150:]]
    before = {passage.chunk_hash for passage in split(chunker, turns)[2]}
    after = [passage.chunk_hash for passage in split(chunker, edited)[2]]

    assert sum(each not in before for each in after) <= 8


@pytest.mark.timeout(20)
def test_a_transcript_of_short_turns_is_cut_in_linear_time(chunker: TokenChunker) -> None:
    _, _, passages = split(chunker, ["A: in.\n"] * 20_000)

    assert len(passages) > 1_000


async def test_a_beginning_ends_with_a_sentence_and_fits(chunker: TokenChunker) -> None:
    text = "The cat walks under the tree. " * 30
    (found,) = await chunker.beginnings([text])

    assert text.startswith(found.text)
    assert found.text.endswith("tree.")
    assert 24 < found.token_count <= 48


async def test_a_beginning_of_what_fits_is_all_of_it(chunker: TokenChunker) -> None:
    (found,) = await chunker.beginnings(["the cat."])

    assert (found.text, found.char_end) == ("the cat.", 8)
