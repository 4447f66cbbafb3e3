from __future__ import annotations

import time

import pytest

from netgpt_docs_service.usecases.exact_terms import (
    ExactTerm,
    exact_matches,
    exact_terms,
    held_terms,
)


@pytest.mark.parametrize(
    "name",
    [
        "ERR_CONN_4711",
        "PEP-484",
        "CVE-2026-12345",
        "XK-42",
        "foo.bar.baz",
        "setup.py",
        "0x80070005",
        "v1.2.3",
        "10.0.0.1",
        "user@host",
        "getUserById",
        "NullPointerException",
        "std::vector",
        "/etc/hosts",
        "--dry-run",
        "E4711",
        "__init__",
        "123e4567-e89b-12d3-a456-426614174000",
    ],
)
def test_a_name_in_a_sentence_is_asked_for_to_the_letter(name: str) -> None:
    assert exact_terms(f"What does {name} mean?") == (ExactTerm(name, is_quoted=False),)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "When did the 1973 oil crisis begin in the U.S.?",
        "a well-known 20th-century artist of the mid-1990s, e.g. 3.5% and/or 1,000",
        "what is the role of IL-6, p53, mRNA and CD8 in TNF-alpha signalling",
        'a sheet of 5" x 7" that doesn\'t fit',
        "what is 'the game' in the dog's and cats' world",
        "o\u2018clock in the dogs\u2019 world",
        '"' + "a phrase " * 112 + '"',
        "看看错误代码在哪里",
    ],
)
def test_prose_asks_for_nothing_to_the_letter(question: str) -> None:
    assert exact_terms(question) == ()


@pytest.mark.parametrize(
    "question",
    [
        'who wrote "The Game" first',
        "who wrote \u201cThe Game\u201d first",
        "who wrote \u201eThe Game\u201c first",
        "who wrote \u00abThe Game\u00bb first",
        "who wrote `The Game` first",
        "who wrote \u00bbThe Game\u00ab first",
        "who wrote \u2039The Game\u203a first",
        "who wrote \u2018The Game\u2019 first",
        "谁写了「The Game」这本书",
        "谁写了『The Game』这本书",
        'who wrote "The Game."',
    ],
)
def test_quotes_of_every_kind_ask_for_what_is_between_them(question: str) -> None:
    assert exact_terms(question) == (ExactTerm("The Game", is_quoted=True),)


@pytest.mark.parametrize("character", ['"', "_a", "/a", "aB", "a.", "1.", "a-", "`", "a_b."])
def test_a_hostile_question_takes_no_time_and_asks_for_little(character: str) -> None:
    assert len(exact_terms(character * 5_000)) <= 4


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("the game", "The\n  GAME was lost"),
        ("don't stop", "Don\u2019t stop"),
        ("错误代码", "这个错误代码很重要"),
        ("foo.bar", "call foo.bar.baz"),
    ],
)
def test_case_space_and_curls_do_not_matter(asked: str, text: str) -> None:
    term = ExactTerm(asked, is_quoted=True)
    assert held_terms(text, [term]) == {term}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("ERR_CONN_4711", "ERR_CONN_47110"),
        ("ERR_CONN_4711", "ERR CONN 4711"),
        ("1.2.3", "1.2.3.4"),
        ("v1.2.3", "v1.2.30"),
        ("E471", "XE471"),
        ("E471", "E4711 XE471 E471_"),
    ],
)
def test_a_part_of_another_name_is_no_match(asked: str, text: str) -> None:
    assert held_terms(text, [ExactTerm(asked, is_quoted=False)]) == set()


def test_a_name_after_a_part_of_another_is_a_match() -> None:
    term = ExactTerm("aa", is_quoted=False)
    assert held_terms("aaa xaa 1.aa, aa", [term]) == {term}


def test_a_name_that_many_texts_hold_does_not_count_and_a_phrase_does() -> None:
    name, phrase = ExactTerm("utf_8", is_quoted=False), ExactTerm("utf_8", is_quoted=True)
    assert exact_matches({str(number): {name} for number in range(40)}) == {}
    assert len(exact_matches({str(number): {phrase} for number in range(40)})) == 40


def test_every_term_that_is_held_counts() -> None:
    name, phrase = ExactTerm("a_b", is_quoted=False), ExactTerm("c d", is_quoted=True)
    held = {"one": {name}, "both": {name, phrase}, "none": set[ExactTerm]()}
    assert exact_matches(held) == {"one": 1, "both": 2}


@pytest.mark.parametrize(
    "piece",
    ["+", "a+", "a.", "a_", "/a", "--a", "A-1", "a::", "=a.b-", '"', "`a", "\u2018a", "\u00bba"],
)
@pytest.mark.parametrize("end", ["", "a@"])
def test_a_question_of_a_million_characters_is_read_through_once(piece: str, end: str) -> None:
    began = time.process_time()
    assert len(exact_terms(piece * (1_000_000 // len(piece)) + end)) <= 4
    assert time.process_time() - began < 5.0


@pytest.mark.parametrize("piece", ["a_", "a1234", "a::", "/a.a", "a-1", "Aa1"])
def test_many_words_that_are_almost_names_are_read_through_once(piece: str) -> None:
    word = piece * (190 // len(piece)) + "a@ "
    began = time.process_time()
    exact_terms(word * (1_000_000 // len(word)))
    assert time.process_time() - began < 5.0


@pytest.mark.parametrize(
    ("piece", "asked"),
    [("a", "a" * 1_000), ("xx ", "xx " * 333 + "x"), ("a", "a" * 999 + "b"), ("1.", "1.1")],
)
def test_a_million_characters_are_searched_in_no_time(piece: str, asked: str) -> None:
    began = time.process_time()
    text = piece * (1_000_000 // len(piece))
    assert held_terms(text, [ExactTerm(asked, is_quoted=True)]) == set()
    assert time.process_time() - began < 5.0
