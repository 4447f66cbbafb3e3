"""Our embedder, fed as the service feeds it."""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import cast

import numpy as np

from bench.peers.stack import StackMissing, StackSpec, Vectors, in_arrival_order
from bench.peers.workloads import Workload
from netgpt_docs_service.embedding.cpu_features import computes_bf16
from netgpt_docs_service.embedding.engine_choice import EngineWish, Precision
from netgpt_docs_service.embedding.load import LoadedModel, load_embedding
from netgpt_docs_service.embedding.model_folder import open_model_folder
from netgpt_docs_service.embedding.observer import NullObserver
from netgpt_docs_service.errors import ServiceError
from netgpt_docs_service.observability.engine_run import EngineRun
from netgpt_docs_service.settings import load_settings

_CALL_TEXTS = 64
_CALLS_IN_FLIGHT = 4
_QUEUE_TOKENS = 1_000_000


class PaddingObserver(NullObserver):
    """Counts tokens, and the tokens that were computed for them."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.real = self.computed = 0

    def finished(self, unit: EngineRun) -> None:
        self.real += unit.tokens
        self.computed += unit.computed_tokens

    def share(self) -> float | None:
        """Return real over computed tokens; None when nothing ran."""
        return self.real / self.computed if self.computed else None


class OurStack:
    """Ids of chunks in calls of 64, several calls in flight; questions as text."""

    def __init__(self, spec: StackSpec) -> None:
        self._padding = PaddingObserver()
        self._model = _load(spec, self._padding)
        self._loop = asyncio.Runner()

    def tune(self, name: str, sample: Workload) -> None:
        self.embed(name, sample)
        self._padding.reset()

    def embed(self, name: str, workload: Workload) -> Vectors:
        del name
        return np.array(self._loop.run(self._embed(workload)), dtype=np.float32)

    def query(self, text: str) -> None:
        self._loop.run(self._model.embedder.embed_query(text))

    def describe(self) -> dict[str, object]:
        chosen = self._model.embedder.description
        return {
            "engine": chosen.engine,
            "precision": chosen.precision,
            "self_check_cosine": chosen.self_check_cosine,
            "real_over_computed": self._padding.share(),
        }

    async def _embed(self, workload: Workload) -> list[list[float]]:
        places = asyncio.Semaphore(_CALLS_IN_FLIGHT)

        async def call(part: slice) -> list[list[float]]:
            async with places:
                found = await self._model.embedder.embed_passages(workload.ids[part])
                return [list(vector) for vector in found]

        parts = in_arrival_order(len(workload.ids), _CALL_TEXTS)
        return list(chain(*await asyncio.gather(*map(call, parts))))


def _load(spec: StackSpec, observer: PaddingObserver) -> LoadedModel:
    settings = load_settings()
    wish = EngineWish(
        precision=cast("Precision", spec.precision),
        threads=spec.threads,
        cache_dir=settings.model_cache_dir(),
        has_bf16=computes_bf16(isa_limit=settings.onednn_max_cpu_isa),
    )
    try:
        return load_embedding(
            open_model_folder(spec.folder),
            name=spec.model,
            wish=wish,
            queue_tokens=_QUEUE_TOKENS,
            observer=observer,
        )
    except ServiceError as error:
        raise StackMissing(str(error)) from error
