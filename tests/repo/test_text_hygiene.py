from __future__ import annotations

import re
from pathlib import Path

import pytest

UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X)\b")
OF_ONE_MACHINE = re.compile(r"(?<![\w.])/(work|root|opt|home|Users)/")
OF_ONE_WORKPLACE = re.compile(r"(?<![\w-])share[d]/")

MAY_NAME_A_NEIGHBOUR = {
    ".ci/run": "test data may lie in a folder beside the clone",
}
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
MAKE = re.compile(r"(?:^|`)make ([a-z][a-z-]*)", re.MULTILINE)


@pytest.fixture(scope="session")
def pages(tracked_texts: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in tracked_texts.items() if name.endswith(".md")}


def test_nothing_is_left_for_later(tracked_texts: dict[str, str]) -> None:
    assert [name for name, text in tracked_texts.items() if UNFINISHED.search(text)] == []


def test_no_file_names_a_place_on_one_machine(tracked_texts: dict[str, str]) -> None:
    assert [name for name, text in tracked_texts.items() if OF_ONE_MACHINE.search(text)] == []


def test_no_file_names_a_place_beside_the_clone(tracked_texts: dict[str, str]) -> None:
    named = {name for name, text in tracked_texts.items() if OF_ONE_WORKPLACE.search(text)}

    assert named <= MAY_NAME_A_NEIGHBOUR.keys()


def test_every_link_between_pages_leads_somewhere(root: Path, pages: dict[str, str]) -> None:
    links = [(name, link) for name, text in pages.items() for link in LINK.findall(text)]

    assert [each for each in links if not ((root / each[0]).parent / each[1]).exists()] == []


def test_every_make_target_that_a_page_names_exists(root: Path, pages: dict[str, str]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))
    named = {target for text in pages.values() for target in MAKE.findall(text)}

    assert named - targets == set()


def test_packages_have_no_code_of_their_own(package: Path) -> None:
    assert [path for path in package.rglob("__init__.py") if path.read_text()] == []
