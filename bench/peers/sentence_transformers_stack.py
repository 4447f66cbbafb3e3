"""sentence-transformers in fp32, as most people run it: the yardstick."""

from __future__ import annotations

import time

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from bench.peers.stack import StackSpec, Vectors
from bench.peers.workloads import Workload

_BATCHES = (1, 4, 8, 32)
_QUERY_BATCH = 32


class SentenceTransformersStack:
    """`encode` with the best batch size for each workload."""

    def __init__(self, spec: StackSpec) -> None:
        torch.set_num_threads(spec.threads)
        self._model = SentenceTransformer(
            str(spec.folder),
            device="cpu",
            local_files_only=True,
            model_kwargs={"dtype": torch.float32},
        )
        self._model.max_seq_length = spec.max_tokens
        self._batches: dict[str, int] = {}

    def tune(self, name: str, sample: Workload) -> None:
        self._encode(sample.texts[:2], 2)
        took_s = {}
        for batch in _BATCHES:
            began = time.perf_counter()
            self._encode(sample.texts, batch)
            took_s[batch] = time.perf_counter() - began
            if batch >= len(sample.texts):
                break
        self._batches[name] = min(took_s, key=lambda batch: took_s[batch])

    def embed(self, name: str, workload: Workload) -> Vectors:
        return self._encode(workload.texts, self._batches[name])

    def query(self, text: str) -> None:
        self._encode([text], _QUERY_BATCH)

    def describe(self) -> dict[str, object]:
        return {"batch": self._batches}

    def _encode(self, texts: list[str], batch: int) -> Vectors:
        found = self._model.encode(
            texts, batch_size=batch, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(found, dtype=np.float32)
