from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest_asyncio

from tests.support.sandbox import Sandbox, opened_sandbox, plan


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox(quick_parent: Path) -> AsyncIterator[Sandbox]:
    """One sandbox for all tests: that each leaves it usable is what they are about."""
    with TemporaryDirectory(dir=quick_parent) as folder:
        async with opened_sandbox(Path(folder)) as sandbox:
            yield sandbox


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def impatient(quick_parent: Path) -> AsyncIterator[Sandbox]:
    """A sandbox that gives a file 0.3 s."""
    limits = replace(plan().limits, timeout_s=0.3)
    with TemporaryDirectory(dir=quick_parent) as folder:
        async with opened_sandbox(Path(folder), of=plan(limits=limits)) as sandbox:
            yield sandbox
