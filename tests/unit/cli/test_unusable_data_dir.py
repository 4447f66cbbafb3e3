from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from netgpt_docs_service.cli.dev_key import ensure_dev_key, read_dev_key
from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.store.data_directory import DataDirectory, owner_address


def claim(path: Path) -> None:
    DataDirectory.claim(path, process="serve")


@pytest.mark.parametrize("use", [claim, read_dev_key, ensure_dev_key])
def test_a_data_dir_that_is_a_file_is_one_clear_error(
    use: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_text("")

    with pytest.raises(ConfigurationError, match=f"{path}.*: (File exists|Not a directory)"):
        use(path)


def test_an_owner_that_may_not_be_asked_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "owner.lock").mkdir()

    with pytest.raises(ConfigurationError, match=f"{tmp_path} cannot be used: Is a directory"):
        owner_address(tmp_path)
