"""The embedder that callers hold: engines behind a bounded queue, each on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.engine import EngineDescription, EngineLanes
from netgpt_docs_service.embedding.input_maker import InputMaker, Inputs
from netgpt_docs_service.embedding.interface import EmbeddedTexts, ModelFingerprint, TextKind
from netgpt_docs_service.embedding.lane_worker import LaneWorker
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer
from netgpt_docs_service.embedding.observer import Backlog, EmbeddingObserver, Lane
from netgpt_docs_service.embedding.work_queue import WorkQueue
from netgpt_docs_service.errors import LimitExceeded

# A call of whole texts up to this size, padding included, is somebody waiting for a handful of
# sentences: it costs about as much as one unit of ingest, so a question that comes just after it
# waits 0.2 s at most.
SHORT_CALL_TOKENS = 512
# Many short calls at once are bulk work in disguise: beyond four of them they go where calls take
# turns, so that a question never has more than about a second of other people's texts before it.
_CROWD_TOKENS = 4 * SHORT_CALL_TOKENS
_JOIN_S = 30.0  # a unit takes 0.2 s; past this an engine hangs, and its thread is a daemon


class ScheduledEmbedder:
    """Embed questions beside ingest: two lanes, a bound on what waits, failures kept apart."""

    def __init__(
        self,
        lanes: EngineLanes,
        *,
        tokenizer: ModelTokenizer,
        fingerprint: ModelFingerprint,
        queue: WorkQueue,
        observer: EmbeddingObserver,
    ) -> None:
        """Start one thread for questions and one for each ingest engine; `close` ends them."""
        self._description = lanes.description
        self._tokenizer = tokenizer
        self._maker = InputMaker(tokenizer, observer)
        self._fingerprint = fingerprint
        self._queue = queue
        self._observer = observer
        self._threads = [
            threading.Thread(target=worker.work, name=f"embedding-{worker.lane}", daemon=True)
            for worker in self._workers(lanes)
        ]
        for thread in self._threads:
            thread.start()

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
    def description(self) -> EngineDescription:
        """Which engine computes, and how exactly."""
        return self._description

    @property
    def backlog(self) -> Backlog:
        """The work that waits now, for gauges and scaling."""
        return self._queue.backlog

    @property
    def is_alive(self) -> bool:
        """Whether every thread still takes work."""
        return all(thread.is_alive() for thread in self._threads)

    async def embed_query(self, text: str) -> Vector:
        """Return the vector of a question, with the model's query prefix."""
        inputs = await self._maker.make(Lane.QUERY, [text], TextKind.QUERY)
        self._observer.tokenized(Lane.QUERY, tokens=inputs.tokens, took_s=inputs.took_s)
        self._check(inputs.ids[0], "the question")
        (vector,) = await self._embed(Lane.QUERY, inputs.ids)
        return vector

    async def embed_texts(self, texts: Sequence[str], *, kind: TextKind) -> EmbeddedTexts:
        """Return the vectors of whole texts; a short call runs beside ingest, as a question does.

        LimitExceeded names the first text that is too long; then nothing of the call is embedded.
        """
        if not texts:
            return EmbeddedTexts(vectors=[], tokens=0)
        # Nobody knows yet how short the call is: questions never wait for its tokens in any case.
        inputs = await self._maker.make(Lane.INGEST, texts, kind)
        lane = self._lane_of(inputs)
        self._observer.tokenized(lane, tokens=inputs.tokens, took_s=inputs.took_s)
        for index, ids in enumerate(inputs.ids):
            self._check(ids, f"text {index}")
        return EmbeddedTexts(vectors=await self._embed(lane, inputs.ids), tokens=inputs.tokens)

    async def embed_passages(self, passages: Sequence[Sequence[int]]) -> list[Vector]:
        """Return one vector for each passage of token ids (without special tokens), in order."""
        inputs = [self._tokenizer.passage(ids) for ids in passages]
        for index, ids in enumerate(inputs):
            self._check(ids, f"passage {index}")
        return await self._embed(Lane.INGEST, inputs) if inputs else []

    def close(self) -> None:
        """Fail whoever waits, finish the units at hand and end the threads."""
        self._queue.close()
        self._maker.close()
        deadline = time.monotonic() + _JOIN_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _workers(self, lanes: EngineLanes) -> list[LaneWorker]:
        engines = [
            (Lane.QUERY, lanes.query, 1),
            *((Lane.INGEST, engine, len(lanes.ingest)) for engine in lanes.ingest),
        ]
        return [
            LaneWorker(
                lane=lane,
                engine=engine,
                workers=workers,
                max_tokens=self.max_tokens,
                queue=self._queue,
                observer=self._observer,
            )
            for lane, engine, workers in engines
        ]

    def _lane_of(self, inputs: Inputs) -> Lane:
        if inputs.padded_tokens > SHORT_CALL_TOKENS:
            return Lane.INGEST
        waiting = self.backlog.query_padded_tokens
        is_crowded = waiting + inputs.padded_tokens > _CROWD_TOKENS
        return Lane.INGEST if is_crowded else Lane.QUERY

    def _check(self, ids: Sequence[int], name: str) -> None:
        if len(ids) > self.max_tokens:
            msg = (
                f"{name} has {len(ids)} tokens, special tokens and prefix included; "
                f"the model takes {self.max_tokens}"
            )
            raise LimitExceeded(msg)

    async def _embed(self, lane: Lane, inputs: Sequence[Sequence[int]]) -> list[Vector]:
        # Cancelling what is awaited cancels the queue's future: the texts are dropped.
        return await asyncio.wrap_future(self._queue.put(lane, inputs))
