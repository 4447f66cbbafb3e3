"""Open everything that the use cases stand on, and close it in reverse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime

from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.domain.models import ServedModel
from netgpt_docs_service.embedding.load import LoadedModel
from netgpt_docs_service.embedding.model_source import model_name
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.usecases.assembly import Ports, assemble
from netgpt_docs_service.usecases.health import CheckHealth
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.wiring.files import FilePorts, opened_file_ports
from netgpt_docs_service.wiring.model import load_model
from netgpt_docs_service.wiring.pipeline import make_chunker, pipeline_of
from netgpt_docs_service.wiring.stores import OpenedStore, claimed_directory, opened_store
from netgpt_docs_service.wiring.sweeping import sweep_for_ever


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
        directory = stack.enter_context(claimed_directory(settings, process="netgpt-docs"))
        metrics = metrics or Metrics()
        model = await asyncio.to_thread(load_model, settings, metrics)
        stack.push_async_callback(asyncio.to_thread, model.embedder.close)
        chunker = make_chunker(
            settings, model.tokenizer, max_tokens=model.embedder.max_tokens, metrics=metrics
        )
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
        files = await stack.enter_async_context(opened_file_ports(settings, metrics))
        services = _assembled(settings, model, chunker, store, files)
        sweeping = sweep_for_ever(services.sweep, metrics, interval_s=settings.sweep_interval_s)
        stack.push_async_callback(_cancelled, asyncio.create_task(sweeping))
        if directory is not None:
            directory.announce(address)
        yield services


def _assembled(
    settings: Settings,
    model: LoadedModel,
    chunker: TokenChunker,
    store: OpenedStore,
    files: FilePorts,
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
        pipeline=pipeline_of(chunker, model.embedder.fingerprint),
        max_pairs=settings.max_examples_per_conversation,
        now=lambda: datetime.now(UTC),
        now_us=lambda: time.time_ns() // 1000,
        extractor=files.extractor,
        fetcher=files.fetcher,
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


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
