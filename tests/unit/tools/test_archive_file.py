"""An export that was cut off goes on after its last whole member; its file appears when whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from netgpt_docs_service.cli.archive_file import ArchiveUnwritable, begun_archive
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.usecases.archive_lines import DocumentLine
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


def exported(path: Path, documents: Sequence[DocumentLine], *, must_resume: bool = False) -> int:
    """Export those that are not in the part yet; return how many were."""
    with begun_archive(path, LATER, must_resume=must_resume) as archive:
        done = archive.tally.documents
        for each in documents[done:]:
            archive.write(each)
        archive.finish()
    return done


def test_a_file_appears_only_when_it_is_complete(path: Path, part: Path) -> None:
    with begun_archive(path, HEADER, must_resume=False) as archive:
        for each in DOCUMENTS:
            archive.write(each)
        assert (path.exists(), part.exists()) == (False, True)
        archive.finish()

    assert (path.exists(), part.exists()) == (True, False)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_file(path.read_bytes()) == DOCUMENTS


@pytest.mark.parametrize("rest", [b"", zipped(archive_lines(DOCUMENTS))[:40], b"\0" * 99])
@pytest.mark.parametrize("must_resume", [False, True])
def test_an_export_goes_on_after_the_last_whole_member(
    path: Path,
    leave: Callable[[Sequence[bytes], bytes], None],
    rest: bytes,
    *,
    must_resume: bool,
) -> None:
    leave(archive_lines(DOCUMENTS)[:3], rest)

    assert exported(path, DOCUMENTS, must_resume=must_resume) == 2
    assert read_file(path.read_bytes()) == DOCUMENTS


def test_a_part_that_was_complete_gets_its_name(
    path: Path, leave: Callable[[Sequence[bytes], bytes], None]
) -> None:
    leave(archive_lines(DOCUMENTS), b"")

    assert exported(path, DOCUMENTS) == 4
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
def test_a_part_of_another_command_is_begun_again_unless_it_must_fit(
    path: Path, leave: Callable[[Sequence[bytes], bytes], None], lines: list[bytes]
) -> None:
    leave(lines, b"")

    with pytest.raises(InvalidInput, match="is not the beginning of this export"):
        exported(path, DOCUMENTS, must_resume=True)
    assert exported(path, DOCUMENTS) == 0
    assert read_file(path.read_bytes()) == DOCUMENTS


def test_two_exports_do_not_write_one_file(path: Path) -> None:
    with (
        begun_archive(path, HEADER, must_resume=False),
        pytest.raises(ArchiveUnwritable, match="another export is writing"),
        begun_archive(path, HEADER, must_resume=False),
    ):
        pass


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "all.gz"

    with (
        pytest.raises(ArchiveUnwritable, match=f"{path} cannot be written: No such file"),
        begun_archive(path, HEADER, must_resume=False),
    ):
        pass
