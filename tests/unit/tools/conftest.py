from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.shared_engine import SharedEngine, shared_engine
from tests.support.tools import Toolbox


@pytest.fixture(scope="session")
def shared(quick_parent: Path) -> Iterator[SharedEngine]:
    """One engine process for all of these tests; each begins with an empty store."""
    with TemporaryDirectory(dir=quick_parent) as folder, shared_engine(Path(folder)) as engine:
        yield engine


@pytest.fixture
async def box(shared: SharedEngine) -> AsyncIterator[Toolbox]:
    box = Toolbox(shared.process)
    yield box
    await shared.empty()
