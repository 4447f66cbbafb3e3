"""OpenVINO models for tests, straight from a folder; slow to make, so make them small."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from netgpt_docs_service.embedding.openvino_runtime import ov


class _Vectors(torch.nn.Module):
    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self._model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        features = {"input_ids": input_ids, "attention_mask": attention_mask}
        found: torch.Tensor = self._model(features)["sentence_embedding"]
        return torch.nn.functional.normalize(found, dim=1)


def as_openvino(folder: Path) -> ov.Model:
    """The model in `folder`, from `input_ids` and `attention_mask` to normalised vectors."""
    module = _Vectors(SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval())
    ids = torch.ones(2, 16, dtype=torch.long)
    with warnings.catch_warnings(action="ignore"):  # the converter's, about torch.jit
        model = ov.convert_model(module, example_input=(ids, torch.ones_like(ids)))
    model.reshape({port: [-1, -1] for port in model.inputs})
    return model


def computed(model: ov.Model, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """The vector of each row, one at a time, in float32 where the model has no other precision."""
    compiled = ov.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    inputs = [np.array([row], dtype=np.int64) for row in rows]
    return np.concatenate([compiled((ids, np.ones_like(ids)))[0] for ids in inputs])
