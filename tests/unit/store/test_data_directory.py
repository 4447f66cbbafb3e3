from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netgpt_docs_service.errors import ConfigurationError, DataDirectoryInUse
from netgpt_docs_service.store.data_directory import DataDirectory, owner_address

OWNER = """
import sys
from pathlib import Path
from netgpt_docs_service.store.data_directory import DataDirectory
DataDirectory.claim(Path(sys.argv[1]), process="serve").announce("http://127.0.0.1:8000")
print("owned", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that owns the directory and can be reached."""
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdin=-1, stdout=-1) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"owned\n"
        yield process
        process.kill()


def test_a_second_owner_is_told_who_the_first_is(
    tmp_path: Path, owner: subprocess.Popen[bytes]
) -> None:
    with pytest.raises(DataDirectoryInUse) as refused:
        DataDirectory.claim(tmp_path, process="worker")
    for named in (str(tmp_path), "serve", str(owner.pid), "http://127.0.0.1:8000"):
        assert named in refused.value.message


def test_the_address_of_a_living_owner_can_be_read(
    tmp_path: Path,
    owner: subprocess.Popen[bytes],
) -> None:
    assert owner.poll() is None
    assert owner_address(tmp_path) == "http://127.0.0.1:8000"


def test_a_killed_owner_leaves_the_directory_free(
    tmp_path: Path, owner: subprocess.Popen[bytes]
) -> None:
    owner.kill()
    owner.wait()
    assert owner_address(tmp_path) is None
    DataDirectory.claim(tmp_path, process="serve").release()


def test_an_owner_that_has_not_bound_yet_has_no_address(tmp_path: Path) -> None:
    with DataDirectory.claim(tmp_path, process="serve"):
        assert owner_address(tmp_path) is None


def test_a_directory_nobody_ever_owned_has_no_address(tmp_path: Path) -> None:
    assert owner_address(tmp_path / "missing") is None
    assert owner_address(tmp_path) is None


def test_what_is_written_belongs_to_this_user_alone(tmp_path: Path) -> None:
    with DataDirectory.claim(tmp_path / "data", process="serve") as directory:
        folder = directory.collection("documents")
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode)
            for path in (directory.path, folder, directory.path / "owner.json")
        }
    assert modes == {"data": 0o700, "documents": 0o700, "owner.json": 0o600}


def test_owner_json_names_this_process(tmp_path: Path) -> None:
    with DataDirectory.claim(tmp_path, process="serve"):
        owner = json.loads((tmp_path / "owner.json").read_text())
    assert owner == {"pid": os.getpid(), "process": "serve", "address": None}


@pytest.mark.parametrize("name", ["", "..", "a/b", "a" * 65, "ä", "a\n"])
def test_a_collection_name_that_is_no_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    with (
        DataDirectory.claim(tmp_path, process="serve") as directory,
        pytest.raises(ConfigurationError, match="COLLECTION_NAME"),
    ):
        directory.collection(name)
