from __future__ import annotations

import os
from pathlib import Path

import pytest

from netgpt_docs_service.cli.file_ingest import Report, ingest_files
from netgpt_docs_service.cli.sources import MOST_BYTES, find_sources
from netgpt_docs_service.errors import InvalidInput
from tests.support.scripted_api import ScriptedApi, SleepClock, stored


@pytest.fixture
def api() -> ScriptedApi:
    """A service that stores everything."""
    return ScriptedApi(lambda documents: (200, [stored(each["doc_id"]) for each in documents]))


async def reported(api: ScriptedApi, *paths: Path) -> Report:
    report = Report()
    sources = list(find_sources(paths, "**/*"))
    _ = [each async for each in ingest_files(SleepClock().sender(api), sources, report)]
    return report


async def test_a_file_over_the_limit_is_named_with_its_size_and_not_sent(
    api: ScriptedApi, tmp_path: Path
) -> None:
    (tmp_path / "good.txt").write_text("good")
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(MOST_BYTES + 1)

    report = await reported(api, tmp_path)

    assert [each["doc_id"] for each in report.receipts] == ["good.txt"]
    assert "4000001 bytes" in report.failures[0]["reason"]
    assert "at most 4000000" in report.failures[0]["reason"]


async def test_a_device_without_an_end_is_not_read_to_it(api: ScriptedApi) -> None:
    report = await reported(api, Path("/dev/zero"))

    assert "at most 4000000" in report.failures[0]["reason"]


async def test_the_second_file_of_one_document_id_is_a_failure_that_names_the_first(
    api: ScriptedApi, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "README.md").write_text(folder)

    report = await reported(api, tmp_path / "a", tmp_path / "b")

    assert api.batches == [["README.md"]]
    assert report.failures[0]["path"] == str(tmp_path / "b" / "README.md")
    assert str(tmp_path / "a" / "README.md") in report.failures[0]["reason"]


async def test_a_file_named_twice_is_sent_once(api: ScriptedApi, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")

    report = await reported(api, tmp_path, tmp_path / "a.md")

    assert (api.batches, report.failures) == ([["a.md"]], [])


async def test_a_path_that_is_not_there_is_a_failure(api: ScriptedApi, tmp_path: Path) -> None:
    report = await reported(api, tmp_path / "missing.txt")

    assert report.failures == [
        {"path": str(tmp_path / "missing.txt"), "reason": "No such file or directory"}
    ]


async def test_a_file_name_that_is_not_utf8_is_a_failure_that_can_be_printed(
    api: ScriptedApi, tmp_path: Path
) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("coffee")

    report = await reported(api, tmp_path)

    assert "not UTF-8" in report.failures[0]["reason"]
    assert report.failures[0]["path"].encode().endswith(b"caf\\udce9.txt")


@pytest.mark.parametrize("pattern", ["/etc/*", "../*", "", "**x"])
def test_a_pattern_that_leaves_the_folder_or_is_none_is_refused(
    pattern: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="--glob"):
        list(find_sources([tmp_path], pattern))
