from __future__ import annotations

from pathlib import Path

import pytest

from netgpt_docs_service.embedding.model_folder import open_model_folder
from netgpt_docs_service.errors import ModelUnavailable
from tests.support.models import write_json


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "modules.json"])
def test_a_missing_file_is_named_with_its_folder_and_the_way_to_get_it(
    bge: Path, missing: str
) -> None:
    (bge / missing).unlink()
    with pytest.raises(ModelUnavailable) as refused:
        open_model_folder(bge)
    assert missing in refused.value.message
    assert str(bge) in refused.value.message
    assert "hf download" in refused.value.message


def test_a_folder_without_weights_is_refused(bge: Path) -> None:
    (bge / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match="holds no weights"):
        open_model_folder(bge)


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"there is no model folder at .*nowhere"):
        open_model_folder(tmp_path / "nowhere")


def test_pickled_weights_count_only_where_there_are_no_safetensors(bge: Path) -> None:
    (bge / "pytorch_model.bin").write_bytes(b"pickle")
    assert open_model_folder(bge).weights == (bge / "model.safetensors",)
    (bge / "model.safetensors").unlink()
    assert open_model_folder(bge).weights == (bge / "pytorch_model.bin",)


@pytest.mark.parametrize("content", [{"not": "a list"}, [{"path": ""}], ["step"]])
def test_a_strange_pipeline_listing_is_refused_by_name(bge: Path, content: object) -> None:
    write_json(bge / "modules.json", content)
    with pytest.raises(ModelUnavailable, match=r"modules\.json is not a list"):
        open_model_folder(bge)


def test_a_pipeline_without_a_transformer_is_refused(bge: Path) -> None:
    write_json(bge / "modules.json", [{"type": "models.StaticEmbedding", "path": ""}])
    with pytest.raises(ModelUnavailable, match="begins with StaticEmbedding"):
        open_model_folder(bge)


def test_broken_json_is_refused_by_name(bge: Path) -> None:
    (bge / "config.json").write_text("{", encoding="utf-8")
    folder = open_model_folder(bge)
    with pytest.raises(ModelUnavailable, match=r"config\.json is not readable JSON"):
        _ = folder.config
