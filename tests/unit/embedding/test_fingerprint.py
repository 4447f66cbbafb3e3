from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from netgpt_docs_service.embedding.interface import ModelFingerprint
from tests.support.models import edit_json, fingerprint_at, make_bge_folder


def differing(one: ModelFingerprint, other: ModelFingerprint) -> set[str]:
    names = [field.name for field in dataclasses.fields(ModelFingerprint)]
    return {name for name in names if getattr(one, name) != getattr(other, name)}


@pytest.fixture
def fingerprint(bge: Path) -> ModelFingerprint:
    return fingerprint_at(bge)


def test_the_same_files_elsewhere_are_the_same_model(
    tmp_path: Path, fingerprint: ModelFingerprint
) -> None:
    assert fingerprint_at(make_bge_folder(tmp_path / "copy")) == fingerprint


def test_one_file_of_weights_has_the_hash_that_sha256sum_prints(
    bge: Path, fingerprint: ModelFingerprint
) -> None:
    weights = (bge / "model.safetensors").read_bytes()
    assert fingerprint.weights_sha256 == hashlib.sha256(weights).hexdigest()


@pytest.mark.parametrize(
    ("file", "change", "field"),
    [
        ("tokenizer.json", {"version": "1.1"}, "tokenizer_sha256"),
        ("config.json", {"hidden_act": "relu"}, "architecture_sha256"),
        ("config.json", {"rope_theta": 10000.0}, "architecture_sha256"),
        ("1_Pooling/config.json", {"pooling_mode": "mean"}, "pooling"),
        ("1_Pooling/config.json", {"embedding_dimension": 64}, "dimension"),
        ("sentence_bert_config.json", {"max_seq_length": 128}, "max_tokens"),
    ],
)
def test_a_change_of_one_file_changes_the_one_field_it_belongs_to(
    bge: Path, fingerprint: ModelFingerprint, file: str, change: dict[str, object], field: str
) -> None:
    edit_json(bge / file, **change)
    assert differing(fingerprint, fingerprint_at(bge)) == {field}


def test_other_weights_are_another_model(tmp_path: Path, fingerprint: ModelFingerprint) -> None:
    other = fingerprint_at(make_bge_folder(tmp_path / "other", seed=1))
    assert differing(fingerprint, other) == {"weights_sha256"}


def test_where_and_by_what_a_model_was_saved_does_not_matter(
    bge: Path, fingerprint: ModelFingerprint
) -> None:
    edit_json(bge / "config.json", _name_or_path="/tmp/x", transformers_version="5.23.0")  # noqa: S108  never opened
    assert fingerprint_at(bge) == fingerprint
