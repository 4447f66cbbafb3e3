"""Where the cuts fall."""

from __future__ import annotations

from itertools import pairwise

import pytest

from netgpt_docs_service.chunking.interface import Tokenizer
from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.errors import ConfigurationError, InvalidInput


def test_a_text_that_fits_is_one_passage(chunker: TokenChunker) -> None:
    text = "  The cat sees the dog.\n\nThe dog walks.\n"
    (passage,) = chunker.split(text, media_type="text/plain")
    assert passage.text == text
    assert passage.token_count == len(passage.token_ids) + 2


@pytest.mark.parametrize("text", ["", " \n\t\u3000", "\ufeff", "\u200d\x00"])
def test_a_text_without_words_is_refused(chunker: TokenChunker, text: str) -> None:
    with pytest.raises(InvalidInput, match="no words"):
        chunker.split(text, media_type="text/plain")


@pytest.mark.parametrize(("chunk_tokens", "overlap_tokens"), [(33, 0), (64, 32), (64, -1)])
def test_sizes_that_cannot_be_kept_are_refused(
    tokenizer: Tokenizer, chunk_tokens: int, overlap_tokens: int
) -> None:
    with pytest.raises(ConfigurationError):
        TokenChunker(tokenizer, chunk_tokens=chunk_tokens, overlap_tokens=overlap_tokens)


def test_prose_is_cut_at_sentences(roomy_chunker: TokenChunker, prose: str) -> None:
    passages = roomy_chunker.split(prose, media_type="text/plain")
    assert {passage.text.rstrip()[-1] for passage in passages} == {"."}


def test_chinese_is_cut_at_sentences(chunker: TokenChunker) -> None:
    passages = chunker.split(
        "中文中文中文中文。「中文文中！」文文文中？" * 50,  # noqa: RUF001 - Chinese marks are meant
        media_type="text/plain",
    )
    assert {passage.text[-1] for passage in passages} <= set("。」？")  # noqa: RUF001 - as above


def test_initials_and_abbreviations_end_no_sentence(chunker: TokenChunker) -> None:
    text = "The cat sees J. Doe in the house, e.g. Tree house. " * 40
    passages = chunker.split(text, media_type="text/plain")
    assert {passage.text[:7] for passage in passages} == {"The cat"}


def test_paragraphs_are_preferred_to_sentences(roomy_chunker: TokenChunker) -> None:
    text = "\n\n".join(["The cat walks. The dog sees the tree. Over the river."] * 60)
    passages = roomy_chunker.split(text, media_type="text/plain")
    assert {passage.text[-2:] for passage in passages[:-1]} == {"\n\n"}


def test_an_overlap_begins_with_a_sentence(chunker: TokenChunker, prose: str) -> None:
    passages = chunker.split(prose, media_type="text/plain")
    overlapping = [b for a, b in pairwise(passages) if b.char_start < a.char_end]
    assert len(overlapping) > len(passages) / 3
    assert all(passage.text[0].isupper() for passage in overlapping)


def test_text_without_sentences_has_no_overlap(chunker: TokenChunker) -> None:
    passages = chunker.split("cat dog " * 500, media_type="text/plain")
    assert all(a.char_end == b.char_start for a, b in pairwise(passages))


def test_a_heading_stays_with_the_text_under_it(chunker: TokenChunker) -> None:
    parts = [
        f"# Tree\n\n## House\n\n{'The cat walks to the river and sees the dog. ' * (1 + n % 5)}\n\n"
        for n in range(60)
    ]
    passages = chunker.split("".join(parts), media_type="text/markdown")
    assert {passage.text.rstrip()[-4:] for passage in passages} == {"dog."}


def test_nothing_before_a_heading_is_repeated_after_it(chunker: TokenChunker) -> None:
    text = "".join(
        f"# Chapter {n}\n\nThe cat walks. The dog sees. {'In to. ' * 9}\n\n" for n in range(9)
    )
    passages = chunker.split(text, media_type="text/markdown")
    assert all(passage.text.find("# Chapter", 1) == -1 for passage in passages)


def test_the_same_text_is_always_cut_the_same_way(tokenizer: Tokenizer, prose: str) -> None:
    one = TokenChunker(tokenizer, chunk_tokens=64, overlap_tokens=16)
    other = TokenChunker(tokenizer, chunk_tokens=64, overlap_tokens=16)
    cut = one.split(prose, media_type="text/plain")
    assert cut == other.split(prose, media_type="text/plain")
    one.close()
    other.close()


def test_one_version_of_the_algorithm_cuts_the_same_in_every_process(
    chunker: TokenChunker, prose: str
) -> None:
    passages = chunker.split(prose, media_type="text/plain")
    assert [passage.char_end for passage in passages[:6]] == [193, 315, 454, 634, 738, 866]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_an_edit_leaves_chunks_far_from_it_alone(
    chunker: TokenChunker, prose: str, share: float
) -> None:
    before = {p.chunk_hash for p in chunker.split(prose, media_type="text/plain")}
    at = prose.find(". ", int(len(prose) * share)) + 2
    edited = prose[:at] + "Chapter zebra of the tree. " + prose[at:]
    after = {p.chunk_hash for p in chunker.split(edited, media_type="text/plain")}
    assert len(before) > 100
    assert len(after - before) <= 7


def test_passages_of_prose_are_well_filled(chunker: TokenChunker, prose: str) -> None:
    counts = [p.token_count for p in chunker.split(prose, media_type="text/plain")]
    assert sum(counts) / len(counts) > 0.7 * 48


def test_white_space_alone_has_no_tokens(chunker: TokenChunker) -> None:
    passages = chunker.split("cat" + " " * 5_000 + "dog", media_type="text/plain")
    blank = [passage for passage in passages if not passage.text.strip()]
    assert len(blank) >= 5
    assert {(passage.token_ids, passage.token_count) for passage in blank} == {((), 0)}


def test_the_fingerprint_names_the_sizes(tokenizer: Tokenizer) -> None:
    chunker = TokenChunker(tokenizer, chunk_tokens=64, overlap_tokens=16)
    other = TokenChunker(tokenizer, chunk_tokens=64, overlap_tokens=8)
    assert chunker.fingerprint == "anchors-1-62-16"
    assert other.fingerprint != chunker.fingerprint


async def test_chunk_gives_what_split_gives(chunker: TokenChunker, prose: str) -> None:
    passages = await chunker.chunk(prose, media_type="text/plain")
    assert passages == chunker.split(prose, media_type="text/plain")
