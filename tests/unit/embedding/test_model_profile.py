from __future__ import annotations

from pathlib import Path

import pytest

from netgpt_docs_service.embedding.model_folder import open_model_folder
from netgpt_docs_service.embedding.model_profile import ModelProfile, read_profile
from netgpt_docs_service.embedding.model_source import resolve_model
from netgpt_docs_service.errors import ModelUnavailable
from tests.support.models import edit_json, write_json

BGE_QUERY = "Represent this sentence for searching relevant passages: "


def test_a_bge_folder_pools_cls_and_prefixes_only_queries(bge: Path) -> None:
    assert read_profile(open_model_folder(bge), name=str(bge)) == ModelProfile(
        pooling="cls",
        normalize=True,
        query_prefix=BGE_QUERY,
        passage_prefix="",
        max_tokens=512,
        dimension=32,
    )


@pytest.mark.model
def test_the_bundled_model_pools_the_mean_of_256_tokens_without_prefixes() -> None:
    folder = resolve_model("bundled", cache_dir=None, offline=True)
    assert read_profile(folder, name="bundled") == ModelProfile(
        pooling="mean",
        normalize=True,
        query_prefix="",
        passage_prefix="",
        max_tokens=256,
        dimension=384,
    )


@pytest.mark.parametrize(
    ("name", "prefixes"),
    [
        ("BAAI/bge-small-en-v1.5", (BGE_QUERY, "")),
        ("/models/bge-large-en", (BGE_QUERY, "")),
        ("BAAI/bge-m3", ("", "")),
        ("intfloat/e5-small-v2", ("query: ", "passage: ")),
        ("intfloat/multilingual-e5-base", ("query: ", "passage: ")),
        ("intfloat/multilingual-e5-large-instruct", ("", "")),
        ("sentence-transformers/all-MiniLM-L6-v2", ("", "")),
    ],
)
def test_the_family_in_the_name_decides_the_prefixes(
    bge: Path, name: str, prefixes: tuple[str, str]
) -> None:
    edit_json(bge / "config.json", _name_or_path="")
    profile = read_profile(open_model_folder(bge), name=name)
    assert (profile.query_prefix, profile.passage_prefix) == prefixes


def test_a_snapshot_folder_of_the_hub_cache_is_recognised_by_its_repository(bge: Path) -> None:
    edit_json(bge / "config.json", _name_or_path="")
    snapshot = bge.parent / "models--BAAI--bge-small-en-v1.5" / "snapshots" / "0123abcd"
    snapshot.parent.mkdir(parents=True)
    bge.rename(snapshot)
    assert read_profile(open_model_folder(snapshot), name=str(snapshot)).query_prefix == BGE_QUERY


def test_prompts_in_the_folder_go_before_what_is_known_of_the_family(bge: Path) -> None:
    prompts = {"query": "ask: ", "document": "text: "}
    edit_json(bge / "config_sentence_transformers.json", prompts=prompts)
    profile = read_profile(open_model_folder(bge), name="BAAI/bge-small-en-v1.5")
    assert (profile.query_prefix, profile.passage_prefix) == ("ask: ", "text: ")


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ({"pooling_mode": "mean", "embedding_dimension": 32}, "mean"),
        ({"pooling_mode": ["max", "cls"], "embedding_dimension": 32}, "cls+max"),
        ({"pooling_mode_mean_tokens": True, "word_embedding_dimension": 32}, "mean"),
    ],
)
def test_pooling_is_read_in_the_old_layout_and_in_the_new(
    bge: Path, pooling: dict[str, object], expected: str
) -> None:
    write_json(bge / "1_Pooling" / "config.json", pooling)
    assert read_profile(open_model_folder(bge), name="").pooling == expected


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("sentence_bert_config.json", {"max_seq_length": 200}),
        ("tokenizer_config.json", {"model_max_length": 200}),
        ("config.json", {"max_position_embeddings": 200}),
        ("config.json", {"max_position_embeddings": 202, "model_type": "mpnet", "pad_token_id": 1}),
    ],
)
def test_the_smallest_limit_wins(bge: Path, file: str, change: dict[str, object]) -> None:
    edit_json(bge / file, **change)
    assert read_profile(open_model_folder(bge), name="").max_tokens == 200


def test_a_dense_step_decides_the_dimension(bge: Path) -> None:
    steps = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense")]
    write_json(bge / "modules.json", [{"path": at, "type": f"m.{kind}"} for at, kind in steps])
    (bge / "2_Dense").mkdir()
    write_json(bge / "2_Dense" / "config.json", {"in_features": 32, "out_features": 16})
    profile = read_profile(open_model_folder(bge), name="")
    assert (profile.dimension, profile.normalize) == (16, False)


def test_a_pipeline_without_pooling_is_refused(bge: Path) -> None:
    write_json(bge / "modules.json", [{"path": "", "type": "models.Transformer"}])
    with pytest.raises(ModelUnavailable, match="no pooling step"):
        read_profile(open_model_folder(bge), name="")


def test_a_model_that_pools_without_its_prompt_is_refused(bge: Path) -> None:
    edit_json(bge / "1_Pooling" / "config.json", include_prompt=False)
    with pytest.raises(ModelUnavailable, match="pools without its prompt"):
        read_profile(open_model_folder(bge), name="BAAI/bge-small-en-v1.5")
