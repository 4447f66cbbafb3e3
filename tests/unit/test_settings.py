"""Settings: what the environment says, and what counts as saying nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from netgpt_docs_service.errors import ConfigurationError
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


@pytest.mark.parametrize(
    "url",
    [
        "qdrant:6333",
        "ftp://qdrant",
        "http://",
        "https://me:secret@qdrant",
        "http://q:port",
        "http://qdrant/?api-key=secret",
        "http://qdrant/#secret",
    ],
)
@pytest.mark.usefixtures("folder_without_env")
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match="QDRANT_URL") as refusal:
        load_settings(qdrant_url=url)

    assert "secret" not in refusal.value.message


@pytest.mark.parametrize(
    "url", ["http://qdrant", "https://q.example.org:443/prefix", "http://[::1]:6333"]
)
@pytest.mark.usefixtures("folder_without_env")
def test_an_address_of_a_server_is_taken(url: str) -> None:
    assert load_settings(qdrant_url=url).qdrant_url == url


@pytest.mark.parametrize("word", ["0", "-1", "most", "1.5"])
@pytest.mark.usefixtures("folder_without_env")
def test_read_consistency_is_a_number_or_one_of_three_words(word: str) -> None:
    with pytest.raises(ConfigurationError, match="QDRANT_READ_CONSISTENCY"):
        load_settings(qdrant_read_consistency=word)


def test_the_servers_key_may_be_in_a_file(folder_without_env: Path) -> None:
    path = folder_without_env / "key"
    path.write_text("the-key\n")

    key = load_settings(qdrant_api_key_file=path).qdrant_key()

    assert key is not None
    assert key.get_secret_value() == "the-key"
    assert "the-key" not in repr(key)


@pytest.mark.parametrize("content", [None, "", " \n", "schlüssel", "two\nlines"])
def test_a_file_without_a_key_is_refused(folder_without_env: Path, content: str | None) -> None:
    path = folder_without_env / "key"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ConfigurationError, match="QDRANT_API_KEY_FILE"):
        load_settings(qdrant_api_key_file=path).qdrant_key()
