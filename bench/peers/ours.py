"""Our embedder, fed as the service feeds it."""

from __future__ import annotations

import asyncio
import inspect
from itertools import chain

import numpy as np

from bench.peers.stack import StackMissing, StackSpec, Vectors, in_arrival_order
from bench.peers.workloads import Workload
from netgpt_docs_service.embedding.engine import padded_length
from netgpt_docs_service.embedding.load import LoadedModel, load_embedding
from netgpt_docs_service.embedding.model_folder import open_model_folder
from netgpt_docs_service.embedding.observer import NullObserver, UnitReport
from netgpt_docs_service.errors import ServiceError

_CALL_TEXTS = 64
_CALLS_IN_FLIGHT = 4
_QUEUE_TOKENS = 1_000_000


class PaddingObserver(NullObserver):
    """Counts tokens, and the tokens that were computed for them."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.real = self.computed = 0
        self.is_known = True

    def finished(self, unit: UnitReport) -> None:
        self.real += unit.tokens
        self.computed += padded_length(unit.tokens)
        # A run of several texts is padded to its longest, which a report does not tell.
        self.is_known &= unit.texts == 1

    def share(self) -> float | None:
        """Return real over computed tokens; None when a run's padding is not known."""
        return self.real / self.computed if self.computed and self.is_known else None


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
        chosen = getattr(self._model, "description", None)
        return {
            "engine": getattr(chosen, "engine", "torch"),
            "precision": getattr(chosen, "precision", "f32"),
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
    options: dict[str, object] = {"precision": spec.precision}
    if "precision" not in inspect.signature(load_embedding).parameters:
        if spec.precision != "auto":
            message = f"this version's engine has no choice of precision ({spec.precision})"
            raise StackMissing(message)
        options = {}
    try:
        return load_embedding(
            open_model_folder(spec.folder),
            name=spec.model,
            threads=spec.threads,
            queue_tokens=_QUEUE_TOKENS,
            observer=observer,
            **options,
        )
    except ServiceError as error:
        raise StackMissing(str(error)) from error
