"""An export that was cut off goes on after its last whole member; its file appears when whole."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from netgpt_docs_service.cli.archive_file import ArchiveUnwritable, begun_archive
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.usecases.archive_lines import DocumentLine, SkippedLine
from tests.support.archives import (
    HEADER,
    NOW,
    PLAIN_HEADER,
    archive_lines,
    in_order,
    read_file,
    zipped,
)

DOCUMENTS = in_order("a", "b", "c", "d")
SKIPPED = SkippedLine(
    point_id="00000000-0000-4000-8000-000000000001", tenant="acme", doc_id="odd", reason="a hole"
)
LATER = HEADER.model_copy(update={"created_at": NOW + timedelta(days=1)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "all.ndjson.gz"


@pytest.fixture
def part(path: Path) -> Path:
    return path.with_name("all.ndjson.gz.part")


@pytest.fixture
def leave(part: Path) -> Callable[[Sequence[bytes], bytes], None]:
    """Leave whole members of these lines behind, and then some bytes."""

    def left(lines: Sequence[bytes], rest: bytes = b"") -> None:
        part.write_bytes(zipped(lines) + rest)

    return left


def exported(path: Path, documents: Sequence[DocumentLine], *, resume: bool = False) -> int:
    """Export those that are not in the part yet; return how many were."""
    with begun_archive(path, LATER, resume=resume) as archive:
        done = archive.tally.documents
        for each in documents[done:]:
            archive.write(each)
        archive.finish(allow_partial=False)
    return done


def test_a_file_appears_only_when_it_is_complete(path: Path, part: Path) -> None:
    with begun_archive(path, HEADER, resume=False) as archive:
        for each in DOCUMENTS:
            archive.write(each)
        assert (path.exists(), part.exists()) == (False, True)
        archive.finish(allow_partial=False)

    assert (path.exists(), part.exists()) == (True, False)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_file(path.read_bytes()) == DOCUMENTS


@pytest.mark.parametrize("rest", [b"", zipped(archive_lines(DOCUMENTS))[:40], b"\0" * 99])
def test_an_export_goes_on_after_the_last_whole_member(
    path: Path, leave: Callable[[Sequence[bytes], bytes], None], rest: bytes
) -> None:
    leave(archive_lines(DOCUMENTS)[:3], rest)

    assert exported(path, DOCUMENTS, resume=True) == 2
    assert read_file(path.read_bytes()) == DOCUMENTS


@pytest.mark.parametrize("lines", [archive_lines(DOCUMENTS)[:3], archive_lines(DOCUMENTS), []])
def test_a_part_is_begun_again_unless_it_is_to_be_gone_on_with(
    path: Path, leave: Callable[[Sequence[bytes], bytes], None], lines: list[bytes]
) -> None:
    leave(lines, b"")

    assert exported(path, DOCUMENTS[2:]) == 0
    assert read_file(path.read_bytes()) == DOCUMENTS[2:]


def test_a_part_that_was_complete_gets_its_name(
    path: Path, leave: Callable[[Sequence[bytes], bytes], None]
) -> None:
    leave(archive_lines(DOCUMENTS), b"")

    assert exported(path, DOCUMENTS, resume=True) == 4
    assert read_file(path.read_bytes()) == DOCUMENTS


@pytest.mark.parametrize(
    "lines",
    [
        archive_lines(DOCUMENTS, header=HEADER.model_copy(update={"tenant": "acme"}))[:3],
        archive_lines([], header=PLAIN_HEADER)[:1],
        [b"{}\n"],
        [],
    ],
)
def test_a_part_of_another_command_is_not_gone_on_with(
    path: Path, part: Path, leave: Callable[[Sequence[bytes], bytes], None], lines: list[bytes]
) -> None:
    leave(lines, b"")
    before = part.read_bytes()

    with pytest.raises(InvalidInput, match="is not the beginning of this export"):
        exported(path, DOCUMENTS, resume=True)
    assert part.read_bytes() == before


def test_a_part_of_more_than_a_week_ago_is_not_gone_on_with(
    path: Path, leave: Callable[[Sequence[bytes], bytes], None]
) -> None:
    old = HEADER.model_copy(update={"created_at": NOW - timedelta(days=6, microseconds=1)})
    leave(archive_lines(DOCUMENTS, header=old)[:3], b"")

    with pytest.raises(InvalidInput, match=r"begun at 2026-04-24 .* deleted since"):
        exported(path, DOCUMENTS, resume=True)


@pytest.mark.parametrize("name", ["all.ndjson.gz", "-"])
def test_without_a_part_there_is_nothing_to_go_on_with(tmp_path: Path, name: str) -> None:
    path = Path(name) if name == "-" else tmp_path / name

    with pytest.raises(InvalidInput, match="leave --resume out"):
        exported(path, DOCUMENTS, resume=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_in_part", [True, False])
def test_what_is_skipped_is_in_the_archive_and_leaves_the_last_good_one_alone(
    path: Path, part: Path, leave: Callable[[Sequence[bytes], bytes], None], *, is_in_part: bool
) -> None:
    path.write_bytes(b"the last good one")
    all_lines: list[DocumentLine | SkippedLine] = [SKIPPED, *DOCUMENTS]
    done = 2 if is_in_part else 0
    leave(archive_lines(all_lines)[: done + 1], b"")

    with begun_archive(path, LATER, resume=True) as archive:
        for each in all_lines[done:]:
            archive.write(each)
        named = archive.finish(allow_partial=False)

    assert (named, path.read_bytes()) == (part, b"the last good one")
    assert archive.tally.skipped == [SKIPPED]
    assert read_file(part.read_bytes()) == DOCUMENTS


def test_an_archive_that_lacks_documents_gets_its_name_when_that_is_allowed(
    path: Path, leave: Callable[[Sequence[bytes], bytes], None]
) -> None:
    leave(archive_lines([SKIPPED, *DOCUMENTS]), b"")

    with begun_archive(path, LATER, resume=True) as archive:
        assert archive.is_complete
        assert archive.finish(allow_partial=True) == path

    assert read_file(path.read_bytes()) == DOCUMENTS


def test_a_part_that_others_could_read_becomes_private(
    path: Path, part: Path, leave: Callable[[Sequence[bytes], bytes], None]
) -> None:
    leave(archive_lines(DOCUMENTS)[:3], b"")
    part.chmod(0o644)

    exported(path, DOCUMENTS, resume=True)

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_in_the_place_of_the_part_is_not_followed(path: Path, part: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"of somebody else")
    part.symlink_to(other)

    with pytest.raises(ArchiveUnwritable):
        exported(path, DOCUMENTS)
    assert other.read_bytes() == b"of somebody else"


def test_a_folder_is_refused_before_anything_is_exported(path: Path) -> None:
    path.mkdir()

    with (
        pytest.raises(InvalidInput, match="is a directory"),
        begun_archive(path, HEADER, resume=False),
    ):
        pytest.fail("the export began")


def test_an_export_that_ends_while_another_begins_keeps_its_archive(
    path: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part.write_bytes(b"a finished archive")
    locked = fcntl.flock

    def another_ends_first(file: BinaryIO, how: int) -> None:
        if not path.exists():
            part.rename(path)
        locked(file, how)

    monkeypatch.setattr(fcntl, "flock", another_ends_first)
    with begun_archive(path, HEADER, resume=False):
        assert path.read_bytes() == b"a finished archive"
        assert part.exists()


def test_two_exports_do_not_write_one_file(path: Path) -> None:
    with (
        begun_archive(path, HEADER, resume=False),
        pytest.raises(ArchiveUnwritable, match="another export is writing"),
        begun_archive(path, HEADER, resume=False),
    ):
        pass


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "all.gz"

    with (
        pytest.raises(ArchiveUnwritable, match=f"{path} cannot be written: No such file"),
        begun_archive(path, HEADER, resume=False),
    ):
        pass
