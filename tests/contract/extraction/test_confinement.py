"""What a reading process can see and reach."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from netgpt_docs_service.extraction.sandbox.isolation import Isolation
from netgpt_docs_service.extraction.sandbox.scratch import ScratchRoot
from tests.support.polling import until
from tests.support.sandbox import Sandbox, is_running, names_in

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="session")]

PARENT = """
import asyncio, sys
from pathlib import Path
from tests.support.sandbox import opened_sandbox

async def main():
    async with opened_sandbox(Path(sys.argv[1])) as sandbox:
        print(await sandbox.pid(), flush=True)
        await sandbox.read("sleep")

asyncio.run(main())
"""


@dataclass(frozen=True)
class View:
    """What a reader told of the place it runs in."""

    environment: dict[str, str]
    folder: list[str]
    attempts: dict[str, str]
    isolation: Isolation


@pytest_asyncio.fixture(loop_scope="session")
async def view(sandbox: Sandbox) -> View:
    seen = json.loads((await sandbox.read("look around")).text)
    isolation = sandbox.extractor.isolation
    assert isolation is not None
    return View(seen["environment"], seen["folder"], seen["attempts"], isolation)


@pytest.fixture
def needs_system_calls(view: View) -> None:
    if not view.isolation.system_calls:
        pytest.skip("this kernel has no seccomp")


@pytest.fixture
def needs_files(view: View) -> None:
    if not view.isolation.files:
        pytest.skip("this kernel has no Landlock")


@pytest.fixture
def killed_parent(tmp_path: Path) -> Iterator[int]:
    """A reading process whose service was killed while it read."""
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
        yield pid


async def test_no_variable_of_the_service_reaches_a_reader(view: View) -> None:
    ours = {"LANG", "HOME", "TMPDIR", "MALLOC_ARENA_MAX", "OMP_THREAD_LIMIT"}
    assert view.environment.keys() - {"RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS"} == ours


@pytest.mark.usefixtures("needs_system_calls")
@pytest.mark.parametrize(
    "what",
    [
        "dial",
        "run",
        "execute",
        "fork",
        "signal the parent",
        "open a message queue",
        "open a semaphore",
        "open a named queue",
    ],
)
async def test_a_reader_reaches_no_machine_and_no_process(view: View, what: str) -> None:
    assert view.attempts[what] == "PermissionError"


@pytest.mark.usefixtures("needs_files")
@pytest.mark.parametrize(
    "what",
    [
        "read the parent's environment",
        "read an account file",
        "write beside the scratch",
    ],
)
async def test_a_reader_opens_no_file_of_others(view: View, what: str) -> None:
    assert view.attempts[what] == "PermissionError"


async def test_a_reader_has_a_folder_of_its_own_to_write_in(view: View) -> None:
    assert view.attempts["write in scratch"] == "done"


async def test_what_one_file_left_is_gone_before_the_next(sandbox: Sandbox) -> None:
    await sandbox.read("leave files")
    seen = json.loads((await sandbox.read("look around")).text)
    assert seen["folder"] == []


async def test_a_killed_service_leaves_no_process_and_its_folder_goes_at_the_next_start(
    tmp_path: Path, killed_parent: int
) -> None:
    left = names_in(tmp_path)
    await until(lambda: not is_running(killed_parent), seconds=5)
    ScratchRoot(tmp_path).close()
    assert len(left) == 1
    assert names_in(tmp_path) == []
