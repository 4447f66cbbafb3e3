"""OpenVINO models for tests, straight from a folder; slow to make, so make them small."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from netgpt_docs_service.embedding.converter import traced
from netgpt_docs_service.embedding.openvino_runtime import ov


def as_openvino(folder: Path) -> ov.Model:
    """The model in `folder`, from `input_ids` and `attention_mask` to normalised vectors."""
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    with warnings.catch_warnings(action="ignore"):  # the converter's, about torch.jit
        return traced(model)


def computed(model: ov.Model, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """The vector of each row, one at a time, in float32 where the model has no other precision."""
    compiled = ov.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    inputs = [np.array([row], dtype=np.int64) for row in rows]
    return np.concatenate([compiled((ids, np.ones_like(ids)))[0] for ids in inputs])
