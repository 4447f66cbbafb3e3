"""From a model in OpenVINO's form to the same model computing in int8 where that costs nothing.

Import this file only to make such a model: NNCF takes 2 s to import, quantizing about 20 s.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.resources import files
from types import ModuleType

import numpy as np
import rich
from numpy.typing import NDArray

from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer
from netgpt_docs_service.embedding.openvino_runtime import ov
from netgpt_docs_service.errors import ModelUnavailable

_TEXTS = files("netgpt_docs_service.embedding") / "calibration.json"


def calibration_id() -> str:
    """Return the SHA-256 of the texts that decide the ranges, and so the vectors, of int8."""
    return hashlib.sha256(_TEXTS.read_bytes()).hexdigest()


def quantized(model: ov.Model, *, tokenizer: ModelTokenizer, max_tokens: int) -> ov.Model:
    """Return `model` with its matrix products in int8; the same model gives the same vectors.

    Its inputs are the ids and the attention mask, in that order. Blocks for about 20 s. Raises
    ModelUnavailable when NNCF is not installed.
    """
    nncf = _nncf()
    rows = _calibration_rows(tokenizer, max_tokens)
    with _no_progress_on_stdout():
        # Sparing attention is not faster and no better; a smooth-quant alpha of 0.5 costs quality.
        return nncf.quantize(
            model,
            nncf.Dataset([_inputs(row) for row in rows]),
            subset_size=len(rows),
            model_type=nncf.ModelType.TRANSFORMER,
        )


def _nncf() -> ModuleType:
    try:
        nncf = import_module("nncf")
    except ImportError as error:
        msg = "int8 needs NNCF: pip install 'netgpt-docs-service[int8]'"
        raise ModelUnavailable(msg) from error
    nncf.set_log_level(logging.ERROR)  # it logs to standard output, which is not its to write on
    return nncf


def _calibration_rows(tokenizer: ModelTokenizer, max_tokens: int) -> list[list[int]]:
    texts: dict[str, list[str]] = json.loads(_TEXTS.read_text(encoding="utf-8"))
    room = max_tokens - tokenizer.special_token_count
    passages = [tokenizer.tokenize(text).ids[:room] for text in texts["passages"]]
    queries = [tokenizer.query(text)[:max_tokens] for text in texts["queries"]]
    return [*(tokenizer.passage(ids) for ids in passages), *queries]


def _inputs(row: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ids = np.array([row], dtype=np.int64)
    return ids, np.ones_like(ids)


@contextmanager
def _no_progress_on_stdout() -> Iterator[None]:
    """NNCF draws its progress on rich's shared console; ours are others."""
    rich.reconfigure(file=io.StringIO())
    try:
        yield
    finally:
        rich.reconfigure()
