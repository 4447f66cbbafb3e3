"""Whatever a file does to its reader, it is refused, and the next one is read."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Heading, Layout
from netgpt_docs_service.errors import (
    EncryptedFile,
    ExtractionCrashed,
    LimitExceeded,
    NoExtractableText,
    ServiceError,
    UnsafeFile,
)
from netgpt_docs_service.extraction.sandbox.observer import ProcessEnd
from tests.support.resident_memory import resident_mb
from tests.support.sandbox import Sandbox, opened_sandbox, plan

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="session")]

MEMORY = "more than 192 MiB of memory"
HOSTILE: dict[str, tuple[type[ServiceError], str]] = {
    "allocate": (UnsafeFile, MEMORY),
    "swallow memory errors": (UnsafeFile, MEMORY),
    "rust out of memory": (UnsafeFile, MEMORY),
    "recurse": (UnsafeFile, "nested more deeply"),
    "write for ever": (UnsafeFile, "more than 2 MiB in a temporary file"),
    "chatter": (UnsafeFile, "more than 2 MiB in a temporary file"),
    "segfault": (ExtractionCrashed, "SIGSEGV"),
    "abort": (ExtractionCrashed, "SIGABRT"),
    "signal itself": (ExtractionCrashed, "SIGUSR1"),
    "exit": (ExtractionCrashed, "exit code 3"),
    "hang up": (ExtractionCrashed, "it hung up"),
    "print garbage": (ExtractionCrashed, "nonsense"),
    "announce a gigabyte": (ExtractionCrashed, "nonsense"),
    "send for ever": (ExtractionCrashed, "nonsense"),
    "fail": (ExtractionCrashed, r"failed \(KeyError\)"),
    "say nothing": (NoExtractableText, "no text"),
    "say too much": (LimitExceeded, "has 5000000 bytes; a document takes 4000000"),
    "refuse": (EncryptedFile, "asks for a \N{REPLACEMENT CHARACTER}"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused_and_the_next_one_is_read(
    sandbox: Sandbox, name: str
) -> None:
    error, message = HOSTILE[name]
    with pytest.raises(error, match=message):
        await sandbox.read(name)
    assert (await sandbox.read("plain.txt", b"what follows")).text == "what follows"
    assert sandbox.record.outcomes[-2:] == [error.kind, "read"]


@pytest.mark.parametrize("name", ["loop", "sleep"])
async def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_read(
    impatient: Sandbox, name: str
) -> None:
    with pytest.raises(UnsafeFile, match=r"more than 0\.3 s"):
        await impatient.read(name)
    assert (await impatient.read("plain.txt", b"what follows")).text == "what follows"
    assert impatient.record.ends[-1] is ProcessEnd.TIME


@pytest.mark.parametrize("name", ["announce a gigabyte", "say too much"])
async def test_no_file_makes_the_service_itself_grow(sandbox: Sandbox, name: str) -> None:
    before_mb = resident_mb(os.getpid())
    with pytest.raises(ServiceError):
        await sandbox.read(name)
    assert resident_mb(os.getpid()) < before_mb + 50


async def test_a_file_that_computes_for_too_long_is_stopped_by_the_kernel(tmp_path: Path) -> None:
    limits = replace(plan().limits, cpu_s=0.5)
    async with opened_sandbox(tmp_path, of=plan(limits=limits)) as sandbox:
        with pytest.raises(UnsafeFile, match=r"more than 0\.5 s of computing"):
            await sandbox.read("loop")
        assert sandbox.record.ends == [ProcessEnd.CPU]


async def test_everything_that_a_reader_tells_arrives(sandbox: Sandbox) -> None:
    assert await sandbox.read("everything") == Extracted(
        text="Title\nwith words \N{SNOWMAN}",
        media_type="application/pdf",
        text_type="text/markdown",
        layout=Layout(page_starts=(0, 6), headings=(Heading(0, 5, 1, "Title"),), turn_starts=(0,)),
        title="Title",
        language="en",
        metadata={"author": "A"},
        warnings=("one picture is not in the text",),
    )
