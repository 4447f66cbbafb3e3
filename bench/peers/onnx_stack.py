"""ONNX Runtime on an export of the whole pipeline, in arrival order."""

from __future__ import annotations

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from bench.peers.stack import StackMissing, StackSpec, Vectors, in_arrival_order
from bench.peers.workloads import Workload


class OnnxStack:
    """Batches of one size in the order in which texts arrive, each padded to its longest.

    It gets token ids, as ours does: no ratio is owed to tokenizing.
    """

    def __init__(self, spec: StackSpec) -> None:
        file = spec.exports / f"{spec.precision}.onnx"
        if not file.is_file():
            message = f"there is no {file.name} (the export needs onnx and onnxruntime)"
            raise StackMissing(message)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = spec.threads
        self._session = onnxruntime.InferenceSession(
            file, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(spec.folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._head, self._tail = self._tokenizer.encode("").ids
        self._batch, self._precision = spec.batch, spec.precision
        self._real = self._computed = 0

    def tune(self, name: str, sample: Workload) -> None:
        self.embed(name, sample)
        self._real = self._computed = 0

    def embed(self, name: str, workload: Workload) -> Vectors:
        del name
        inputs = [[self._head, *ids, self._tail] for ids in workload.ids]
        parts = in_arrival_order(len(inputs), self._batch)
        return np.concatenate([self._run(inputs[part]) for part in parts])

    def query(self, text: str) -> None:
        self._run([self._tokenizer.encode(text).ids])

    def describe(self) -> dict[str, object]:
        return {
            "batch": self._batch,
            "precision": self._precision,
            "real_over_computed": self._real / max(1, self._computed),
        }

    def _run(self, inputs: list[list[int]]) -> Vectors:
        ids = np.zeros((len(inputs), max(map(len, inputs))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(inputs):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        self._real += int(mask.sum())
        self._computed += mask.size
        (found,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return np.asarray(found, dtype=np.float32)
