from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netgpt_docs_service.store.edge_engine import EdgeEngine

DIMENSION = 4


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeEngine]:
    folder: Path = tmp_path_factory.mktemp("engine") / "shard"
    engine = EdgeEngine(folder, DIMENSION, lock_timeout_s=1)
    yield engine
    engine.close()
