"""The commands over a data directory: what they print, how they end, and what they refuse."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from netgpt_docs_service.__main__ import main
from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.data_directory import DataDirectory
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.wiring import tools
from netgpt_docs_service.wiring.model import read_model_files
from netgpt_docs_service.wiring.pipeline import make_chunker, pipeline_of
from tests.support.tools import Toolbox, chunk_point

RawCommand: TypeAlias = Callable[..., tuple[int, bytes, bytes]]
Command: TypeAlias = Callable[..., tuple[int, Any]]
Plant: TypeAlias = Callable[[Callable[[Toolbox], Coroutine[Any, Any, object]]], None]


@pytest.fixture
def settings(quick_folder: Path, small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a service that never ran, for this process, too."""
    monkeypatch.chdir(quick_folder)
    monkeypatch.setenv("DATA_DIR", str(quick_folder / "data"))
    monkeypatch.setenv("EMBEDDING_MODEL", str(small_folder))
    return Settings(
        _env_file=None, data_dir=quick_folder / "data", embedding_model=str(small_folder)
    )


@pytest.fixture
def fingerprint(settings: Settings) -> ModelFingerprint:
    return read_model_files(settings).fingerprint


@pytest.fixture
def plant(settings: Settings, fingerprint: ModelFingerprint) -> Plant:
    """Write into the store as a service of these settings does, and close it."""
    tokenizer = read_model_files(settings).tokenizer
    chunker = make_chunker(
        settings, tokenizer, max_tokens=fingerprint.max_tokens, metrics=Metrics()
    )

    async def planted(work: Callable[[Toolbox], Coroutine[Any, Any, object]]) -> None:
        claim = DataDirectory.claim(settings.data_dir, process="test")
        with claim as directory:
            folder = directory.collection(settings.collection_name)
            description = asdict(fingerprint)
            async with opened_collection(
                folder, fingerprint.dimension, description=description
            ) as engine:
                await work(Toolbox(engine, pipeline=pipeline_of(chunker, fingerprint)))

    return lambda work: asyncio.run(planted(work))


@pytest.fixture
def raw_command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> RawCommand:
    """Run a command line with --json; return its exit code and what it wrote."""
    assert settings

    def ran(*line: object) -> tuple[int, bytes, bytes]:
        monkeypatch.setattr(sys, "argv", ["netgpt-docs", *map(str, line), "--json"])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), *capsysbinary.readouterr()

    return ran


@pytest.fixture
def command(raw_command: RawCommand) -> Command:
    """Run a command line; return its exit code and the JSON that it printed."""

    def ran(*line: object) -> tuple[int, Any]:
        code, out, _ = raw_command(*line)
        return code, json.loads(out)

    return ran


async def two_documents(box: Toolbox) -> None:
    await box.ingest()
    await box.ingest("other", tenant="beta", text="walrus")


async def a_hole(box: Toolbox) -> None:
    manifest = await box.ingest()
    await box.plant_set(1_000, doc_id="gone")
    await box.remove_points(chunk_point(manifest, 0))


async def nothing(_: Toolbox) -> None:
    """Leave a collection without a point."""


def test_a_clean_store_is_exit_code_0(plant: Plant, command: Command) -> None:
    plant(two_documents)

    code, report = command("fsck")

    assert (code, report["ok"], report["documents"], report["findings"]) == (0, True, 2, [])


def test_findings_are_exit_code_1_as_long_as_one_stands(plant: Plant, command: Command) -> None:
    plant(a_hole)

    first, second = command("fsck", "--repair"), command("fsck")

    assert (first[0], first[1]["repaired"]) == (1, {"orphan_set": 1})
    assert (second[0], second[1]["found"]) == (1, {"hole": 1})
    assert second[1]["findings"][0].keys() == {
        "kind",
        "tenant",
        "doc_id",
        "generation",
        "chunks",
        "detail",
        "repairable",
        "repaired",
        "advice",
    }


@pytest.mark.parametrize("line", ["fsck", "export all.gz"])
def test_a_store_where_nothing_was_stored_is_said_to_be_one(command: Command, line: str) -> None:
    code, answer = command(*line.split())

    assert (code, answer["error"]["kind"]) == (3, "configuration_error")
    assert "nothing was ever stored" in answer["error"]["message"]


@pytest.mark.parametrize("line", ["fsck", "export all.gz", "import all.gz"])
def test_a_service_that_owns_the_data_is_named_with_what_to_do(
    settings: Settings, command: Command, line: str
) -> None:
    with DataDirectory.claim(settings.data_dir, process="netgpt-docs") as directory:
        directory.announce("http://127.0.0.1:1")
        Path("all.gz").write_bytes(b"")
        code, answer = command(*line.split())

    assert (code, answer["error"]["kind"]) == (3, "data_directory_in_use")
    assert "in use by netgpt-docs (pid" in answer["error"]["message"]
    assert "stop it" in answer["error"]["message"]


def test_an_archive_with_vectors_comes_back_without_the_models_engine(
    plant: Plant, command: Command, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "load_model", lambda *_: pytest.fail("the engine was loaded"))
    plant(two_documents)
    exported = command("export", "one.gz", "--vectors")
    settings.data_dir.rename("old-data")

    imported = command("import", "one.gz")
    again = command("import", "one.gz", "--tenant", "beta")
    command("export", "two.gz", "--vectors")

    assert exported[0] == imported[0] == again[0] == 0
    assert (exported[1]["documents"], exported[1]["chunks"]) == (2, imported[1]["chunks"])
    assert (imported[1]["imported"], imported[1]["embedded"]) == (2, 0)
    assert (again[1]["counts"]["already_there"], again[1]["of_other_tenants"]) == (1, 1)
    assert document_lines("two.gz") == document_lines("one.gz")
    assert command("fsck")[0] == 0


def document_lines(name: str) -> list[bytes]:
    with gzip.open(name) as file:
        return file.read().splitlines()[1:-1]


def test_what_was_damaged_is_left_out_and_said(plant: Plant, command: Command) -> None:
    plant(a_hole)
    Path("all.gz").write_bytes(b"the last good one")

    code, summary = command("export", "all.gz")

    assert (code, summary["documents"], summary["file"]) == (1, 0, "all.gz.part")
    assert summary["not_exported"][0]["doc_id"] == "doc"
    assert Path("all.gz").read_bytes() == b"the last good one"


def test_what_an_export_left_out_is_said_when_it_goes_on_and_by_the_import(
    plant: Plant, command: Command
) -> None:
    plant(a_hole)
    first = command("export", "all.gz")[1]

    code, again = command("export", "all.gz", "--resume", "--allow-partial")
    imported = command("import", "all.gz")[1]

    assert (code, again["file"]) == (1, "all.gz")
    assert first["not_exported"] == again["not_exported"] == imported["not_exported"]
    assert "leave out 1 documents" in imported["warnings"][0]


@pytest.mark.parametrize("line", ["fsck", "export all.gz", "import all.gz"])
def test_a_tenant_without_a_document_is_no_success(
    plant: Plant, command: Command, line: str
) -> None:
    plant(two_documents)
    command("export", "all.gz")
    before = Path("all.gz").read_bytes()

    code, answer = command(*line.split(), "--tenant", "acmee")

    assert code == 1
    assert "'acmee'" in json.dumps(answer)
    assert (Path("all.gz").read_bytes(), Path("all.gz.part").exists()) == (before, False)


@pytest.mark.parametrize("line", ["fsck", "export all.gz", "import all.gz"])
def test_what_is_no_tenants_name_is_a_wrong_command_line(command: Command, line: str) -> None:
    code, answer = command(*line.split(), "--tenant", "Acme!")

    assert (code, answer["error"]["kind"]) == (2, "invalid_input")


@pytest.mark.parametrize("options", [(), ("--tenant", "Acme!"), ("--no-such",)])
def test_an_error_never_gets_into_an_archive_on_standard_output(
    raw_command: RawCommand, options: tuple[str, ...]
) -> None:
    code, out, err = raw_command("export", "-", *options)

    assert (code > 0, out) == (True, b"")
    assert json.loads(err)["error"]["kind"] in {"configuration_error", "invalid_input", "usage"}


def test_an_archive_on_standard_output_comes_with_its_summary_beside_it(
    plant: Plant, raw_command: RawCommand
) -> None:
    plant(two_documents)

    code, out, err = raw_command("export", "-")

    assert (code, json.loads(err)["file"]) == (0, "-")
    assert len(gzip.decompress(out).splitlines()) == 4


def test_an_old_archive_is_warned_of_unless_the_store_is_empty(
    plant: Plant, command: Command, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(two_documents)
    command("export", "all.gz", "--vectors")
    monkeypatch.setattr(tools, "_now", lambda: datetime.now(UTC) + timedelta(days=7))
    settings.data_dir.rename("old-data")

    into_nothing = command("import", "all.gz")
    again = command("import", "all.gz")

    assert (into_nothing[0], into_nothing[1]["warnings"]) == (0, [])
    assert again[0] == 0
    assert "more than 7 days ago comes back" in again[1]["warnings"][0]


def test_a_damaged_archive_is_exit_code_1_and_names_the_line(
    plant: Plant, command: Command
) -> None:
    plant(nothing)
    Path("all.gz").write_bytes(b"no archive")

    code, answer = command("import", "all.gz")

    assert (code, answer["error"]["kind"]) == (1, "archive_damaged")
    assert answer["error"]["message"].startswith("line 1: ")


def test_an_archive_that_is_not_there_is_a_wrong_command_line(command: Command) -> None:
    assert command("import", "missing.gz")[0] == 2


def test_resume_without_a_part_is_a_wrong_command_line(plant: Plant, command: Command) -> None:
    plant(nothing)

    assert command("export", "all.gz", "--resume")[0] == 2
