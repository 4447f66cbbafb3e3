from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture(scope="session")
def quick_parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where private folders may be made: in memory, if it can be, as no power cut is tested."""
    memory = Path("/dev/shm")  # noqa: S108  only private folders are made in it
    return memory if memory.is_dir() else tmp_path_factory.getbasetemp()


@pytest.fixture
def quick_folder(quick_parent: Path) -> Iterator[Path]:
    with TemporaryDirectory(dir=quick_parent) as folder:
        yield Path(folder)
