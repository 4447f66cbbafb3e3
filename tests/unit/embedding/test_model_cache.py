"""Entries are made once, whole or not at all, and nothing that was damaged is used."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from netgpt_docs_service.embedding.model_cache import ModelCache

CONTENT = b"weights" * 1000


class Builder:
    """Writes an entry, and counts how often it had to."""

    def __init__(self) -> None:
        self.builds = 0
        self.folders: list[Path] = []

    def __call__(self, folder: Path) -> None:
        self.builds += 1
        self.folders.append(folder)
        (folder / "model.bin").write_bytes(CONTENT)
        (folder / "model.xml").write_text("<net/>")


@pytest.fixture
def cache(tmp_path: Path) -> ModelCache:
    return ModelCache(tmp_path / "models")


@pytest.fixture
def builder() -> Builder:
    return Builder()


@pytest.fixture
def entry(cache: ModelCache, builder: Builder) -> Path:
    with cache.entry("key", builder) as found:
        return found


@pytest.fixture(params=["rights", "refusal"])
def no_writing(
    request: pytest.FixtureRequest, entry: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Let the cache be read, and nothing new be made in it; it holds one entry."""
    if request.param == "rights":
        entry.parent.chmod(0o555)
        if os.access(entry.parent, os.W_OK):
            pytest.skip("root writes whatever the rights are")
        yield
        entry.parent.chmod(0o755)
        return
    made = tempfile.TemporaryDirectory

    def refuse(*, dir: Path | None = None, **rest: Any) -> Any:  # noqa: A002, ANN401  its names
        if dir is not None:
            raise PermissionError
        return made(**rest)

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    yield


def test_an_entry_is_built_once(cache: ModelCache, builder: Builder, entry: Path) -> None:
    with cache.entry("key", builder) as found:
        assert found == entry == cache.root / "key"
        assert (found / "model.bin").read_bytes() == CONTENT
    assert builder.builds == 1


def test_another_key_is_another_entry(cache: ModelCache, builder: Builder, entry: Path) -> None:
    with cache.entry("other", builder) as found:
        assert found != entry
    assert builder.builds == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda entry: (entry / "model.bin").write_bytes(CONTENT[:-1]),
        lambda entry: (entry / "model.bin").write_bytes(CONTENT.replace(b"w", b"v", 1)),
        lambda entry: (entry / "model.bin").unlink(),
        lambda entry: (entry / "manifest.json").unlink(),
        lambda entry: (entry / "manifest.json").write_text('{"model.bin": '),
        lambda entry: (entry / "manifest.json").write_text("[]"),
        lambda entry: (entry / "manifest.json").write_text("{}"),
    ],
    ids=[
        "cut off",
        "one byte",
        "a file gone",
        "unsealed",
        "half a manifest",
        "not a manifest",
        "an empty one",
    ],
)
def test_a_damaged_entry_is_built_again(
    cache: ModelCache, builder: Builder, entry: Path, damage: Callable[[Path], object]
) -> None:
    damage(entry)
    with cache.entry("key", builder) as found:
        assert (found / "model.bin").read_bytes() == CONTENT
    assert builder.builds == 2
    assert sorted(each.name for each in cache.root.iterdir()) == ["key"]


def test_a_build_that_fails_leaves_nothing(cache: ModelCache, builder: Builder) -> None:
    def fail(folder: Path) -> None:
        builder(folder)
        raise RuntimeError

    with pytest.raises(RuntimeError), cache.entry("key", fail):
        pass
    assert list(cache.root.iterdir()) == []


def test_two_that_build_at_once_both_get_a_whole_entry(cache: ModelCache, builder: Builder) -> None:
    together = threading.Barrier(2, timeout=30)

    def build(folder: Path) -> None:
        together.wait()
        builder(folder)
        together.wait()

    def use(_: int) -> bytes:
        with cache.entry("key", build) as found:
            return (found / "model.bin").read_bytes()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(use, range(2))) == [CONTENT, CONTENT]
    assert sorted(each.name for each in cache.root.iterdir()) == ["key"]


@pytest.mark.usefixtures("no_writing")
def test_a_whole_entry_of_a_cache_that_cannot_be_written_is_used(
    cache: ModelCache, builder: Builder, entry: Path
) -> None:
    with cache.entry("key", builder) as found:
        assert found == entry
    assert builder.builds == 1


@pytest.mark.usefixtures("no_writing")
def test_what_a_cache_that_cannot_be_written_lacks_is_built_elsewhere(
    cache: ModelCache, builder: Builder, entry: Path
) -> None:
    with cache.entry("other", builder) as found:
        assert (found / "model.bin").read_bytes() == CONTENT
    assert not found.exists()
    assert list(cache.root.iterdir()) == [entry]


def test_a_file_where_the_cache_should_be_costs_a_build_each_time(
    tmp_path: Path, builder: Builder
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    cache = ModelCache(in_the_way / "models")
    for _ in range(2):
        with cache.entry("key", builder) as found:
            assert (found / "model.bin").read_bytes() == CONTENT
    assert builder.builds == 2
    assert not any(folder.exists() for folder in builder.folders)


def test_what_a_killed_build_left_is_removed(cache: ModelCache, builder: Builder) -> None:
    abandoned, running = cache.root / ".building-old", cache.root / ".building-new"
    for folder in (abandoned, running):
        folder.mkdir(parents=True)
    os.utime(abandoned, (0, 0))
    with cache.entry("key", builder):
        assert not abandoned.exists()
        assert running.exists()
