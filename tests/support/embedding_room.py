"""The scheduler over engines that can be held, each on its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from netgpt_docs_service.embedding.engine import EngineDescription, EngineLanes
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer
from netgpt_docs_service.embedding.observer import EmbeddingObserver
from netgpt_docs_service.embedding.scheduled_embedder import ScheduledEmbedder
from netgpt_docs_service.embedding.work_queue import WorkQueue
from tests.support.fakes import FINGERPRINT
from tests.support.models import GatedEngine, LengthEngine

MAX_TOKENS = 512
POISON = 7
"""An engine fails on an input with this token."""


@dataclass(frozen=True, slots=True)
class EmbeddingRoom:
    """An embedder, its queue, and the engines under it, which are held at first."""

    embedder: ScheduledEmbedder
    queue: WorkQueue
    query: GatedEngine
    ingest: tuple[GatedEngine, ...]

    def open_gates(self) -> None:
        for engine in (self.query, *self.ingest):
            engine.gate.set()


@asynccontextmanager
async def opened_room(
    tokenizer: ModelTokenizer,
    observer: EmbeddingObserver,
    *,
    ingest_engines: int = 1,
    limit_tokens: int = 100_000,
) -> AsyncIterator[EmbeddingRoom]:
    """Start the threads; whoever waits at the end is refused, and every thread ends."""
    query, *ingest = (held_engine() for _ in range(ingest_engines + 1))
    description = EngineDescription(engine="fake", precision="f32", self_check_cosine=1.0)
    queue = WorkQueue(limit_tokens=limit_tokens, tokens_per_s=100, observer=observer)
    embedder = ScheduledEmbedder(
        EngineLanes(query=query, ingest=tuple(ingest), description=description),
        tokenizer=tokenizer,
        fingerprint=replace(FINGERPRINT, max_tokens=MAX_TOKENS),
        queue=queue,
        observer=observer,
    )
    room = EmbeddingRoom(embedder, queue, query, tuple(ingest))
    yield room
    room.open_gates()
    await asyncio.to_thread(embedder.close)


def held_engine() -> GatedEngine:
    return GatedEngine(LengthEngine(), fails=lambda ids: POISON in ids)


async def entered(*engines: GatedEngine) -> None:
    """Wait until each engine holds one more run."""
    for engine in engines:
        await asyncio.to_thread(engine.entered.acquire, timeout=30)


def lengths(engine: GatedEngine) -> list[list[int]]:
    """Return the lengths of the inputs of every run."""
    return [list(map(len, run)) for run in engine.runs]


def words(count: int) -> str:
    """Return a text of that many tokens."""
    return " ".join(["router"] * count)


def passages(*sizes: int, token: int = 9) -> Sequence[Sequence[int]]:
    """Return passages of as many tokens, special tokens included."""
    return [[token] * (size - 2) for size in sizes]
