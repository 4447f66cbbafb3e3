"""The embedder that callers hold: an engine behind a bounded queue, on a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer
from netgpt_docs_service.embedding.observer import Backlog, EmbeddingObserver, Lane, UnitReport
from netgpt_docs_service.embedding.work_queue import Text, WorkQueue
from netgpt_docs_service.errors import EmbeddingFailed, LimitExceeded, Overloaded

_LOG = logging.getLogger(__name__)

# Tokenizing costs 1 ms per 1,000 characters: a longer question leaves the event loop for it.
_INLINE_CHARS = 2_000
_JOIN_S = 30.0  # a unit takes 0.2 s; past this the engine hangs, and its thread is a daemon


class Engine(Protocol):
    """A loaded model that computes in the caller's thread."""

    def compute(self, inputs: Sequence[Sequence[int]]) -> list[Vector]:
        """Return the normalised vector of each input, special tokens included, in order."""
        ...


class ScheduledEmbedder:
    """Embed on one thread: queries before ingest, a bound on what waits, failures kept apart."""

    def __init__(
        self,
        engine: Engine,
        *,
        tokenizer: ModelTokenizer,
        fingerprint: ModelFingerprint,
        queue: WorkQueue,
        observer: EmbeddingObserver,
    ) -> None:
        """Start the engine's thread; `close` ends it."""
        self._engine = engine
        self._tokenizer = tokenizer
        self._fingerprint = fingerprint
        self._queue = queue
        self._observer = observer
        self._thread = threading.Thread(target=self._work, name="embedding", daemon=True)
        self._thread.start()

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        return self._fingerprint.dimension

    @property
    def max_tokens(self) -> int:
        """Most tokens of one passage, special tokens and prefix included."""
        return self._fingerprint.max_tokens

    @property
    def fingerprint(self) -> ModelFingerprint:
        """What the vectors of this engine are comparable with."""
        return self._fingerprint

    @property
    def backlog(self) -> Backlog:
        """The work that waits now, for gauges and scaling."""
        return self._queue.backlog

    @property
    def is_alive(self) -> bool:
        """Whether the engine's thread still takes work."""
        return self._thread.is_alive()

    async def embed_query(self, text: str) -> Vector:
        """Return the vector of a question, with the model's query prefix."""
        if len(text) > _INLINE_CHARS:
            ids = await asyncio.to_thread(self._tokenizer.query, text)
        else:
            ids = self._tokenizer.query(text)
        self._check(ids, "the question")
        (vector,) = await self._embed(Lane.QUERY, [ids])
        return vector

    async def embed_passages(self, passages: Sequence[Sequence[int]]) -> list[Vector]:
        """Return one vector for each passage of token ids (without special tokens), in order."""
        inputs = [self._tokenizer.passage(ids) for ids in passages]
        for index, ids in enumerate(inputs):
            self._check(ids, f"passage {index}")
        return await self._embed(Lane.INGEST, inputs) if inputs else []

    def close(self) -> None:
        """Fail whoever waits, finish the unit at hand and end the thread."""
        self._queue.close()
        self._thread.join(_JOIN_S)

    def _check(self, ids: Sequence[int], name: str) -> None:
        if len(ids) > self.max_tokens:
            msg = (
                f"{name} has {len(ids)} tokens, special tokens and prefix included; "
                f"the model takes {self.max_tokens}"
            )
            raise LimitExceeded(msg)

    async def _embed(self, lane: Lane, inputs: Sequence[Sequence[int]]) -> list[Vector]:
        tokens = sum(map(len, inputs))
        try:
            future = self._queue.put(lane, inputs)
        except Overloaded:
            self._observer.refused(lane, texts=len(inputs), tokens=tokens)
            raise
        self._observer.queued(lane, texts=len(inputs), tokens=tokens)
        return await asyncio.wrap_future(future)  # cancelling it cancels `future`: texts dropped

    def _work(self) -> None:
        while unit := self._queue.take():
            if self._run(unit):
                continue
            # Somebody's text broke the run: alone, each call answers for its own.
            alone = [list(texts) for _, texts in groupby(unit, key=lambda text: id(text.call))]
            for texts in alone:
                if len(alone) == 1 or not self._run(texts):
                    _fail(texts)

    def _run(self, unit: Sequence[Text]) -> bool:
        started = time.perf_counter()
        try:
            vectors = self._engine.compute([text.ids for text in unit])
            answers = list(zip(unit, vectors, strict=True))
        except Exception:  # noqa: BLE001  the worker loop: the next unit is served all the same
            _LOG.exception("the engine failed on a unit", extra={"action": "embedding_failed"})
            self._observer.failed(_report(unit, started))
            return False
        report = _report(unit, started)
        self._queue.measured(tokens=report.tokens, compute_s=report.compute_s)
        self._observer.finished(report)
        for text, vector in answers:
            text.call.fill(text.index, vector)
        return True


def _fail(unit: Sequence[Text]) -> None:
    unit[0].call.fail(EmbeddingFailed())


def _report(unit: Sequence[Text], started: float) -> UnitReport:
    return UnitReport(
        lane=unit[0].call.lane,
        texts=len(unit),
        tokens=sum(len(text.ids) for text in unit),
        wait_s=started - min(text.call.queued_at for text in unit),
        compute_s=time.perf_counter() - started,
    )
