from __future__ import annotations

import os
from pathlib import Path

import pytest

from netgpt_docs_service.cli.file_ingest import in_batches
from netgpt_docs_service.cli.sources import EVERYTHING, find_sources
from tests.support.scripted_api import (
    Answer,
    ScriptedApi,
    SentForm,
    all_stored,
    answered,
    refused,
    reported,
    stored,
)


@pytest.fixture
def api() -> ScriptedApi:
    """A service that stores everything."""
    return ScriptedApi(all_stored)


async def test_what_is_no_file_that_can_be_read_is_named_and_the_rest_goes_on(
    api: ScriptedApi, tmp_path: Path
) -> None:
    (tmp_path / "good.txt").write_text("good")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "gone.pdf").symlink_to("nowhere.pdf")
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("coffee")

    report = await reported(api, tmp_path, tmp_path / "missing.txt", Path("/dev/zero"))

    assert api.batches == [["good.txt"]]
    assert {Path(each["path"]).name: each["reason"] for each in report.failures} == {
        "pipe.txt": "it is not a regular file",
        "loop.txt": "Too many levels of symbolic links",
        "gone.pdf": "No such file or directory",
        "caf\\udce9.txt": "the file name is not UTF-8, so it cannot become a document id",
        "missing.txt": "No such file or directory",
        "zero": "it is not a regular file",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_what_may_not_be_read_is_named(api: ScriptedApi, tmp_path: Path) -> None:
    (tmp_path / "shut.txt").write_text("x")
    (tmp_path / "shut.txt").chmod(0)
    (tmp_path / "closed").mkdir(mode=0)

    report = await reported(api, tmp_path)

    assert sorted(each["reason"] for each in report.failures) == ["Permission denied"] * 2


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


async def test_a_request_holds_few_files(api: ScriptedApi, tmp_path: Path) -> None:
    for number in range(18):
        (tmp_path / f"{number:02}.txt").write_text("x")

    await reported(api, tmp_path)

    assert sorted(len(batch) for batch in api.batches) == [2, 16]


def test_a_request_holds_few_bytes_unless_one_file_has_more(tmp_path: Path) -> None:
    for number, size in enumerate((1, 9 * 2**20, 1)):
        with (tmp_path / f"{number}.pdf").open("wb") as file:
            file.truncate(size)

    batches = in_batches(find_sources([tmp_path], EVERYTHING))

    assert [[source.doc_id for source in batch] for batch in batches] == [
        ["0.pdf"],
        ["1.pdf"],
        ["2.pdf"],
    ]


async def test_two_requests_are_under_way_at_once(tmp_path: Path) -> None:
    api = ScriptedApi(all_stored, takes_s=0.01)
    for number in range(40):
        (tmp_path / f"{number:02}.txt").write_text("x")

    report = await reported(api, tmp_path)

    assert (api.most_at_once, len(report.stored)) == (2, 40)


async def test_the_report_counts_what_became_of_files_and_what_they_hold(tmp_path: Path) -> None:
    def answer(_: SentForm) -> Answer:
        return answered(
            stored("a.pdf", pages=3, warnings=["page 2 holds a picture"]),
            stored("b.pdf", status="unchanged", pages=4, duplicate_of="a.pdf"),
            refused("c.pdf", 422, "a password"),
        )

    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (tmp_path / name).write_text("x")

    report = (await reported(ScriptedApi(answer), tmp_path)).as_json()

    assert report["counts"] == {"created": 1, "unchanged": 1, "failed": 1}
    assert (report["pages"], report["bytes"]) == (7, 2)
    assert report["chunks"] == {"embedded": 2, "reused": 0}
    assert [each["warning"] for each in report["warnings"]] == ["page 2 holds a picture"]
    assert [each["duplicate_of"] for each in report["duplicates"]] == ["a.pdf"]
    assert report["failures"] == [
        {"path": str(tmp_path / "c.pdf"), "reason": "a password", "status": 422}
    ]
