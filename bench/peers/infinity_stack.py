"""infinity's engine in its own process, without its HTTP server."""

from __future__ import annotations

import asyncio

import numpy as np
import torch
from infinity_emb import AsyncEmbeddingEngine, EngineArgs

from bench.peers.stack import StackSpec, Vectors
from bench.peers.workloads import Workload


class InfinityStack:
    """Its torch engine in fp32; it sorts by length and batches by itself."""

    def __init__(self, spec: StackSpec) -> None:
        torch.set_num_threads(spec.threads)
        self._batch = spec.batch
        self._engine = AsyncEmbeddingEngine.from_args(
            EngineArgs(
                model_name_or_path=str(spec.folder),
                engine="torch",
                device="cpu",
                dtype="float32",
                batch_size=spec.batch,
                model_warmup=False,
                compile=False,
                bettertransformer=False,
            )
        )
        self._loop = asyncio.Runner()
        self._loop.run(self._engine.astart())

    def tune(self, name: str, sample: Workload) -> None:
        self.embed(name, sample)

    def embed(self, name: str, workload: Workload) -> Vectors:
        del name
        vectors, _ = self._loop.run(self._engine.embed(workload.texts))
        return np.array(vectors, dtype=np.float32)

    def query(self, text: str) -> None:
        self._loop.run(self._engine.embed([text]))

    def describe(self) -> dict[str, object]:
        return {"batch": self._batch}
