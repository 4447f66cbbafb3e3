"""fastembed on our ONNX export: its own tokenizing, batching and session."""

from __future__ import annotations

import numpy as np
from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

from bench.peers.stack import StackMissing, StackSpec, Vectors
from bench.peers.workloads import Workload

_NAME = "bench/model"


class FastembedStack:
    """`TextEmbedding` with a custom model, whose graph already pools and normalises."""

    def __init__(self, spec: StackSpec) -> None:
        if not (spec.exports / "f32.onnx").is_file():
            message = "there is no ONNX export"
            raise StackMissing(message)
        TextEmbedding.add_custom_model(
            model=_NAME,
            pooling=PoolingType.DISABLED,
            normalization=False,
            sources=ModelSource(hf=_NAME),
            dim=spec.hidden,
            model_file="f32.onnx",
        )
        self._model = TextEmbedding(
            _NAME,
            specific_model_path=str(spec.exports),
            threads=spec.threads,
            local_files_only=True,
        )
        self._batch = spec.batch

    def tune(self, name: str, sample: Workload) -> None:
        self.embed(name, sample)

    def embed(self, name: str, workload: Workload) -> Vectors:
        del name
        return np.array(list(self._model.embed(workload.texts, batch_size=self._batch)))

    def query(self, text: str) -> None:
        list(self._model.embed([text]))

    def describe(self) -> dict[str, object]:
        return {"batch": self._batch}
