"""Open everything that the use cases stand on, and close it in reverse."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime

from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.domain.documents import Pipeline
from netgpt_docs_service.domain.models import ServedModel
from netgpt_docs_service.embedding.load import LoadedModel
from netgpt_docs_service.embedding.measured_tokenizer import MeasuredTokenizer
from netgpt_docs_service.embedding.model_source import model_name
from netgpt_docs_service.errors import ServiceError
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.data_directory import DataDirectory
from netgpt_docs_service.usecases.assembly import Ports, assemble
from netgpt_docs_service.usecases.health import CheckHealth
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.usecases.sweep import SweepStore
from netgpt_docs_service.wiring.model import fingerprint_digest, load_model
from netgpt_docs_service.wiring.stores import OpenedStore, opened_store

_LOG = logging.getLogger(__name__)
_EXTRACTOR = "text-1"
"""Names how bytes become text; what is sent to /ingest is stored as it was sent."""
_JITTER = 0.1


@asynccontextmanager
async def open_services(
    settings: Settings, *, address: str | None = None, metrics: Metrics | None = None
) -> AsyncIterator[Services]:
    """Open the model and the store, and hand out the use cases over them.

    `address` is where other processes on this machine can reach us; `metrics` counts what the
    engines do. Raises StartupError when another process owns the data directory, the model
    cannot be loaded, or the stored vectors were made by another one. A server of QDRANT_URL that
    does not answer is no reason: `health.is_store_open` says when it was reached.
    """
    async with AsyncExitStack() as stack:
        directory = _claimed(settings, stack)
        metrics = metrics or Metrics()
        model = await asyncio.to_thread(load_model, settings, metrics)
        stack.push_async_callback(asyncio.to_thread, model.embedder.close)
        chunker = _chunker(settings, model, metrics)
        stack.callback(chunker.close)
        store = await stack.enter_async_context(
            opened_store(
                settings,
                directory,
                model.embedder.dimension,
                description=asdict(model.embedder.fingerprint),
                observer=metrics,
            )
        )
        services = _assembled(settings, model, chunker, store)
        sweeping = _sweep_for_ever(services.sweep, settings.sweep_interval_s)
        stack.push_async_callback(_cancelled, asyncio.create_task(sweeping))
        if directory is not None:
            directory.announce(address)
        yield services


def _claimed(settings: Settings, stack: AsyncExitStack) -> DataDirectory | None:
    """Own the data directory, unless a server keeps what we store: then we keep nothing."""
    if settings.qdrant_url:
        return None
    claim = DataDirectory.claim(settings.data_dir, process="netgpt-docs")
    return stack.enter_context(claim)


def _assembled(
    settings: Settings, model: LoadedModel, chunker: TokenChunker, store: OpenedStore
) -> Services:
    ports = Ports(
        store=store.documents,
        maintenance=store.maintenance,
        chunker=chunker,
        embedder=model.embedder,
        model=ServedModel(
            name=model_name(settings.embedding_model),
            nickname=settings.embedding_model,
            loaded_at=datetime.now(UTC),
        ),
        pipeline=Pipeline(
            _EXTRACTOR, chunker.fingerprint, fingerprint_digest(model.embedder.fingerprint)
        ),
        now=lambda: datetime.now(UTC),
        now_us=lambda: time.time_ns() // 1000,
    )
    embedder, chosen = model.embedder, model.embedder.description
    health = CheckHealth(
        store=store.maintenance,
        model_name=f"{settings.embedding_model} ({chosen.engine}, {chosen.precision})",
        is_embedding=lambda: embedder.is_alive,
        backlog_s=lambda: embedder.backlog.seconds,
        free_disk_bytes=None if store.disk is None else store.disk.free_bytes,
        min_free_disk_bytes=0 if store.disk is None else store.disk.min_free_bytes,
        is_store_open=store.is_open,
    )
    return assemble(ports, ingest_deadline_s=settings.ingest_deadline_s, health=health)


def _chunker(settings: Settings, model: LoadedModel, metrics: Metrics) -> TokenChunker:
    chunk_tokens = min(settings.chunk_size, model.embedder.max_tokens)
    if chunk_tokens < settings.chunk_size:
        is_chosen = "chunk_size" in settings.model_fields_set
        _LOG.log(
            logging.WARNING if is_chosen else logging.INFO,
            "CHUNK_SIZE %d is more than %s takes: chunks have at most %d tokens",
            settings.chunk_size,
            settings.embedding_model,
            chunk_tokens,
        )
    tokenizer = MeasuredTokenizer(model.tokenizer, metrics)
    return TokenChunker(tokenizer, chunk_tokens=chunk_tokens, overlap_tokens=settings.chunk_overlap)


async def _sweep_for_ever(sweep: SweepStore, interval_s: float) -> None:
    while True:
        try:
            swept = await sweep.sweep()
        except ServiceError as error:
            _LOG.warning("a sweep was given up: %s", error)
        else:
            if swept.chunks or swept.tombstones:
                _LOG.info("swept %d chunks and %d tombstones", swept.chunks, swept.tombstones)
        await asyncio.sleep(interval_s * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
