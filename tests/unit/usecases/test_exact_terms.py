from __future__ import annotations

import pytest

from netgpt_docs_service.usecases.exact_terms import ExactTerm, exact_matches, exact_terms


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
    assert exact_matches({"a": text}, [ExactTerm(asked, is_quoted=True)]) == {"a": 1}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("ERR_CONN_4711", "ERR_CONN_47110"),
        ("ERR_CONN_4711", "ERR CONN 4711"),
        ("1.2.3", "1.2.3.4"),
        ("v1.2.3", "v1.2.30"),
        ("E471", "XE471"),
    ],
)
def test_a_part_of_another_name_is_no_match(asked: str, text: str) -> None:
    assert exact_matches({"a": text}, [ExactTerm(asked, is_quoted=False)]) == {}


def test_a_name_that_many_texts_hold_does_not_count_and_a_phrase_does() -> None:
    texts = {str(number): "utf_8" for number in range(40)}
    assert exact_matches(texts, [ExactTerm("utf_8", is_quoted=False)]) == {}
    assert len(exact_matches(texts, [ExactTerm("utf_8", is_quoted=True)])) == 40


def test_every_term_that_is_held_counts() -> None:
    terms = [ExactTerm("a_b", is_quoted=False), ExactTerm("c d", is_quoted=True)]
    assert exact_matches({"one": "a_b", "both": "a_b, c d", "none": ""}, terms) == {
        "one": 1,
        "both": 2,
    }


@pytest.mark.parametrize(
    "piece", ["+", "a+", "a.", "a_", "/a", "--a", "A-1", "a::", "=a.b-", '"', "`a"]
)
def test_a_question_of_a_million_characters_is_read_through_once(piece: str) -> None:
    assert len(exact_terms(piece * (1_000_000 // len(piece)))) <= 4
