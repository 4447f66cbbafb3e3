"""Settings: what the environment says, and what counts as saying nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from netgpt_docs_service.settings import Settings, load_settings


@pytest.fixture
def folder_without_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    ["chunk_size", "hf_hub_offline", "embedding_engine", "embedding_cache_dir", "qdrant_url"],
)
@pytest.mark.usefixtures("folder_without_env")
def test_an_empty_variable_counts_as_unset(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name.upper(), "")

    assert getattr(load_settings(), name) == Settings.model_fields[name].default


def test_an_empty_line_of_the_env_file_counts_as_unset(folder_without_env: Path) -> None:
    (folder_without_env / ".env").write_text("API_KEY_FILE=\nCHUNK_SIZE=256\n")

    settings = load_settings()

    assert (settings.api_key_file, settings.chunk_size) == (None, 256)
