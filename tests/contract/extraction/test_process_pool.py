"""Who gets a process, when it is replaced, and what happens when there is none."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from netgpt_docs_service.errors import ExtractionUnavailable, Overloaded
from netgpt_docs_service.extraction.sandbox.observer import ProcessEnd
from tests.support.polling import until
from tests.support.sandbox import Sandbox, is_running, names_in, opened_sandbox, plan

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="session")]


async def test_one_process_reads_file_after_file(sandbox: Sandbox) -> None:
    assert await sandbox.pid() == await sandbox.pid()


async def test_a_process_is_replaced_after_so_many_files(quick_folder: Path) -> None:
    async with opened_sandbox(quick_folder, files_per_process=2) as sandbox:
        pids = [await sandbox.pid() for _ in range(3)]
        assert pids[0] == pids[1] != pids[2]
        assert sandbox.record.ends == [ProcessEnd.WORN]


async def test_a_process_that_keeps_memory_is_replaced(sandbox: Sandbox) -> None:
    large = int((await sandbox.read("keep")).text)
    assert await sandbox.pid() != large


async def test_a_process_that_died_between_two_files_costs_none_of_them(sandbox: Sandbox) -> None:
    pid = await sandbox.pid()
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not is_running(pid), seconds=5)
    assert (await sandbox.read("plain.txt")).text == "words"


async def test_a_signal_meant_for_the_service_ends_no_process(sandbox: Sandbox) -> None:
    pid = await sandbox.pid()
    os.kill(pid, signal.SIGTERM)
    assert await sandbox.pid() == pid


async def test_a_caller_who_leaves_frees_the_process(sandbox: Sandbox) -> None:
    pid = await sandbox.pid()
    leaving = asyncio.create_task(sandbox.read("sleep"))
    await asyncio.sleep(0.05)
    leaving.cancel()
    assert (await sandbox.read("plain.txt")).text == "words"
    await until(lambda: not is_running(pid), seconds=5)
    assert sandbox.record.ends[-1] is ProcessEnd.LEFT
    assert sandbox.record.outcomes[-2:] == ["cancelled", "read"]


async def test_more_files_than_may_wait_are_refused(quick_folder: Path) -> None:
    async with opened_sandbox(quick_folder, waiting_limit=1) as sandbox:
        reading = [asyncio.create_task(sandbox.read("plain.txt")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded, match="1 files wait to be read"):
            await sandbox.read("plain.txt")
        assert [each.text for each in await asyncio.gather(*reading)] == ["words"] * 2


async def test_two_processes_read_at_once(quick_folder: Path) -> None:
    async with opened_sandbox(quick_folder, processes=2) as sandbox:
        first, second = await asyncio.gather(sandbox.pid(), sandbox.pid())
        assert first != second
        assert sandbox.record.running == 2


async def test_closing_leaves_neither_processes_nor_folders(quick_folder: Path) -> None:
    async with opened_sandbox(quick_folder) as sandbox:
        pid = await sandbox.pid()
        reading = asyncio.create_task(sandbox.read("sleep"))
        waiting = asyncio.create_task(sandbox.read("plain.txt"))
        await asyncio.sleep(0.05)
    outcomes = await asyncio.gather(reading, waiting, return_exceptions=True)
    assert [type(each) for each in outcomes] == [ExtractionUnavailable] * 2
    assert not is_running(pid)
    assert names_in(quick_folder) == []


async def test_a_library_that_does_not_load_is_logged_and_costs_only_its_own_files(
    quick_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened_sandbox(quick_folder) as sandbox:
        assert (await sandbox.read("plain.txt")).text == "words"
    assert "files of some kinds cannot be read: ImportError: no module named" in caplog.text


async def test_readers_that_cannot_be_loaded_are_tried_again_after_growing_pauses(
    quick_folder: Path,
) -> None:
    async with opened_sandbox(quick_folder, of=plan(reader="no_such_module:read")) as sandbox:
        with pytest.raises(ExtractionUnavailable, match="does not start"):
            await sandbox.read("plain.txt")
        with pytest.raises(ExtractionUnavailable, match="did not start") as early:
            await sandbox.read("plain.txt")
        assert early.value.retry_after_s == pytest.approx(0.5)
        sandbox.clock.now_s += 0.5
        with pytest.raises(ExtractionUnavailable, match="does not start"):
            await sandbox.read("plain.txt")
        with pytest.raises(ExtractionUnavailable) as later:
            await sandbox.read("plain.txt")
        assert later.value.retry_after_s == pytest.approx(1.0)
        assert sandbox.record.ends == [ProcessEnd.NOT_STARTED] * 2
