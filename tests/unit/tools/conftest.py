from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.usecases.services import Services
from tests.support.fakes import DIMENSION
from tests.support.shared_engine import SharedEngine, shared_engine
from tests.support.tools import Toolbox


@pytest.fixture(scope="session")
def shared(quick_parent: Path) -> Iterator[SharedEngine]:
    """One engine process for all of these tests; each begins with an empty store."""
    with TemporaryDirectory(dir=quick_parent) as folder, shared_engine(Path(folder)) as engine:
        yield engine


@pytest.fixture
def away(tmp_path: Path) -> Services:
    """The use cases over an engine process that is not there."""
    engine = EdgeProcess(tmp_path / "shard", DIMENSION, timeout_s=0.01)
    return Toolbox(engine).services


@pytest.fixture
async def box(shared: SharedEngine) -> AsyncIterator[Toolbox]:
    box = Toolbox(shared.process)
    yield box
    await shared.empty()
