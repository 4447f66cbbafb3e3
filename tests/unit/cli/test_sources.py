"""Which files a command line means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from netgpt_docs_service.cli.sources import EVERYTHING, FileSource, find_sources
from netgpt_docs_service.errors import InvalidInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "folder"


@pytest.fixture
def write(folder: Path) -> Callable[..., None]:
    """Make files below the folder."""

    def write(*names: str) -> None:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(name)

    return write


def ids(folder: Path, pattern: str = EVERYTHING) -> list[str]:
    return [source.doc_id for source in find_sources([folder], pattern)]


def test_a_mixed_folder_gives_all_that_may_be_read_in_a_stable_order(
    folder: Path, write: Callable[..., None]
) -> None:
    write("b.PDF", "a.docx", "sub/mail.eml", "sub/deep/t.csv", "main.py", "photo.raw", "LICENSE")

    assert ids(folder) == ["a.docx", "b.PDF", "main.py", "sub/mail.eml", "sub/deep/t.csv"]


def test_hidden_files_caches_and_locks_are_passed_over(
    folder: Path, write: Callable[..., None]
) -> None:
    write(".git/a.txt", ".env.txt", "x/.idea/b.xml", "node_modules/c.js", "~$open.docx")
    write("__pycache__/d.py", "made/CACHEDIR.TAG", "made/e.txt", "made/sub/f.txt", "kept.txt")

    assert ids(folder) == ["kept.txt"]


def test_a_pattern_with_a_dot_names_hidden_files(folder: Path, write: Callable[..., None]) -> None:
    write(".github/a.md", "b.md", ".hidden.md")

    assert ids(folder, ".github/**/*.md") == [".github/a.md"]
    assert ids(folder, ".*.md") == [".hidden.md"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["a.txt"]),
        ("**/*.txt", ["a.txt", "x/b.txt", "x/y/c.txt"]),
        ("x/*", ["x/b.txt"]),
        ("x/**", ["x/b.txt", "x/y/c.txt"]),
        ("**/y/*.txt", ["x/y/c.txt"]),
        ("[ab].txt", ["a.txt"]),
        ("*.pdf", []),
    ],
)
def test_a_pattern_chooses_below_the_folder(
    pattern: str, found: list[str], folder: Path, *, write: Callable[..., None]
) -> None:
    write("a.txt", "x/b.txt", "x/y/c.txt")

    assert ids(folder, pattern) == found


@pytest.mark.parametrize("pattern", ["/etc/*", "../*", "", "**x", "a/../../b"])
def test_a_pattern_that_leaves_the_folder_or_is_none_is_refused(
    pattern: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="--glob"):
        list(find_sources([tmp_path], pattern))


def test_a_file_that_is_named_is_taken_whatever_its_name_is(tmp_path: Path) -> None:
    path = tmp_path / ".hidden.bin"

    assert list(find_sources([path], EVERYTHING)) == [FileSource(path, ".hidden.bin")]


def test_links_to_folders_are_not_followed(folder: Path, write: Callable[..., None]) -> None:
    write("a.txt")
    (folder / "round").symlink_to(folder)

    assert ids(folder) == ["a.txt"]


def test_a_name_that_was_taken_apart_is_put_together(
    folder: Path, write: Callable[..., None]
) -> None:
    write("cafe\u0301.txt")

    assert ids(folder) == ["caf\u00e9.txt"]


def test_a_data_directory_holds_no_documents(folder: Path, write: Callable[..., None]) -> None:
    write("a.txt", "data/owner.lock", "data/owner.json")

    assert ids(folder) == ["a.txt"]
