"""int8: close to the model it was made from, made without a word, refused without NNCF."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer
from netgpt_docs_service.embedding.openvino_runtime import ov
from netgpt_docs_service.embedding.quantization import calibration_id, quantized
from netgpt_docs_service.errors import ModelUnavailable
from tests.support.openvino_models import as_openvino, computed

TEXTS = [
    "router password reset",
    "the packet is for the network of this address",
    "search the table of documents for a relevant passage and answer " * 20,
]


@pytest.fixture
def model(bge: Path) -> ov.Model:
    return as_openvino(bge)


@pytest.fixture
def calibration() -> dict[str, list[str]]:
    file = files("netgpt_docs_service.embedding") / "calibration.json"
    texts: dict[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))
    return texts


def test_vectors_in_int8_stay_close_and_the_linear_layers_are_int8(
    model: ov.Model, tokenizer: ModelTokenizer, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("nncf", reason="NNCF is not installed (extra `int8`)")
    rows = [tokenizer.passage(tokenizer.tokenize(text).ids) for text in TEXTS]

    int8 = quantized(model, tokenizer=tokenizer, max_tokens=512)

    cosines = (computed(int8, rows) * computed(model, rows)).sum(axis=1)
    assert cosines.min() > 0.98
    assert {"FakeQuantize"} <= {each.get_type_name() for each in int8.get_ops()}
    assert capfd.readouterr().out == ""


@pytest.mark.soak
def test_quantizing_twice_gives_the_same_vectors(
    model: ov.Model, tokenizer: ModelTokenizer
) -> None:
    pytest.importorskip("nncf", reason="NNCF is not installed (extra `int8`)")
    row = tokenizer.passage(tokenizer.tokenize(TEXTS[1]).ids)
    first, second = (quantized(model, tokenizer=tokenizer, max_tokens=64) for _ in range(2))

    assert np.array_equal(computed(first, [row]), computed(second, [row]))


def test_without_nncf_the_error_names_the_extra(
    model: ov.Model, tokenizer: ModelTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nncf", None)

    with pytest.raises(ModelUnavailable, match=r"pip install 'netgpt-docs-service\[int8\]'"):
        quantized(model, tokenizer=tokenizer, max_tokens=64)


def test_the_calibration_has_an_id_of_its_bytes() -> None:
    content = (files("netgpt_docs_service.embedding") / "calibration.json").read_bytes()

    assert calibration_id() == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("kind", ["passages", "queries"])
def test_calibration_texts_are_many_and_different(
    calibration: dict[str, list[str]], kind: str
) -> None:
    texts = [" ".join(text.lower().split()) for text in calibration[kind]]

    assert len(texts) >= 80
    assert "" not in texts
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("kind", "is_length", "least"),
    [
        ("passages", lambda words: words < 30, 8),
        ("passages", lambda words: 30 <= words < 100, 30),
        ("passages", lambda words: words >= 100, 8),
        ("passages", lambda words: words >= 300, 2),
        ("queries", lambda words: words <= 2, 8),
        ("queries", lambda words: 3 <= words <= 8, 30),
        ("queries", lambda words: words > 8, 3),
    ],
)
def test_calibration_texts_are_as_short_and_as_long_as_real_ones(
    calibration: dict[str, list[str]], kind: str, is_length: Callable[[int], bool], least: int
) -> None:
    lengths = [len(text.split()) for text in calibration[kind]]

    assert sum(map(is_length, lengths)) >= least
