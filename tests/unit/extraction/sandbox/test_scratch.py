from __future__ import annotations

import os
from pathlib import Path

import pytest

from netgpt_docs_service.extraction.sandbox.scratch import ScratchRoot, remove


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """Folders nested more deeply than a path may be long, shut at the top, and a link out."""
    folder = tmp_path / "deep"
    folder.mkdir()
    here = os.open(folder, os.O_RDONLY)
    for _level in range(1_100):
        os.mkdir("inner", dir_fd=here)
        inner = os.open("inner", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.symlink(tmp_path / "kept", "link", dir_fd=here)
    os.close(here)
    (folder / "inner").chmod(0)
    return folder


def test_whatever_was_nested_goes_and_nothing_else(deep: Path) -> None:
    kept = deep.parent / "kept"
    kept.write_text("x")
    remove(deep)
    assert list(deep.parent.iterdir()) == [kept]


def test_what_a_dead_service_left_goes(tmp_path: Path) -> None:
    left = tmp_path / "netgpt-docs-reading-left"
    (left / "inner").mkdir(parents=True)
    root = ScratchRoot(tmp_path)
    assert not left.exists()
    root.close()


def test_what_another_service_uses_stays(tmp_path: Path) -> None:
    other = ScratchRoot(tmp_path)
    used = other.make()
    ScratchRoot(tmp_path).close()
    assert used.exists()
    other.close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_another_kind_stays(tmp_path: Path) -> None:
    (tmp_path / "netgpt-docs-reading-link").symlink_to(tmp_path / "somewhere")
    ScratchRoot(tmp_path).close()
    assert (tmp_path / "netgpt-docs-reading-link").is_symlink()
