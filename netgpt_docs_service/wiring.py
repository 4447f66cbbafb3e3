"""The one place that names adapters: opens them for the use cases and closes them in reverse."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import random
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.domain.documents import Pipeline
from netgpt_docs_service.domain.models import ServedModel
from netgpt_docs_service.embedding.cpu_features import computes_bf16
from netgpt_docs_service.embedding.engine_choice import EngineWish
from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.embedding.load import LoadedModel, load_embedding
from netgpt_docs_service.embedding.measured_tokenizer import MeasuredTokenizer
from netgpt_docs_service.embedding.model_folder import ModelFolder
from netgpt_docs_service.embedding.model_profile import read_profile
from netgpt_docs_service.embedding.model_source import model_name, resolve_model
from netgpt_docs_service.errors import ServiceError
from netgpt_docs_service.observability.cpus import usable_cpus
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.data_directory import DataDirectory, owner_address
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.store.edge_maintenance import EdgeMaintenance
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.store.edge_store import EdgeStore
from netgpt_docs_service.usecases.assembly import Ports, assemble
from netgpt_docs_service.usecases.health import CheckHealth
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.usecases.sweep import SweepStore

__all__ = ["describe_model", "open_services", "owner_address"]

_LOG = logging.getLogger(__name__)
_EXTRACTOR = "text-1"
"""Names how bytes become text; what is sent to /ingest is stored as it was sent."""
_JITTER = 0.1


@asynccontextmanager
async def open_services(
    settings: Settings, *, address: str | None = None, metrics: Metrics | None = None
) -> AsyncIterator[Services]:
    """Open the model and the embedded store, and hand out the use cases over them.

    `address` is where other processes on this machine can reach us; `metrics` counts what the
    engine does. Raises StartupError when another process owns the data directory, the model
    cannot be loaded, or the stored vectors were made by another one.
    """
    async with AsyncExitStack() as stack:
        claim = DataDirectory.claim(settings.data_dir, process="netgpt-docs")
        directory = stack.enter_context(claim)
        metrics = metrics or Metrics()
        model = await asyncio.to_thread(_load_model, settings, metrics)
        stack.push_async_callback(asyncio.to_thread, model.embedder.close)
        chunker = _chunker(settings, model, metrics)
        stack.callback(chunker.close)
        engine = await stack.enter_async_context(
            opened_collection(
                directory.collection(settings.collection_name),
                model.embedder.dimension,
                description=asdict(model.embedder.fingerprint),
            )
        )
        services = _assembled(settings, model, chunker, engine)
        sweeping = _sweep_for_ever(services.sweep, settings.sweep_interval_s)
        stack.push_async_callback(_cancelled, asyncio.create_task(sweeping))
        directory.announce(address)
        yield services


def _assembled(
    settings: Settings, model: LoadedModel, chunker: TokenChunker, engine: EdgeProcess
) -> Services:
    free_bytes = partial(_free_bytes, settings.data_dir)
    min_free_bytes = settings.min_free_disk_mb * 2**20
    maintenance = EdgeMaintenance(engine)
    ports = Ports(
        store=EdgeStore(engine, free_bytes=free_bytes, min_free_bytes=min_free_bytes),
        maintenance=maintenance,
        chunker=chunker,
        embedder=model.embedder,
        model=ServedModel(
            name=model_name(settings.embedding_model),
            nickname=settings.embedding_model,
            loaded_at=datetime.now(UTC),
        ),
        pipeline=Pipeline(_EXTRACTOR, chunker.fingerprint, _digest(model.embedder.fingerprint)),
        now=lambda: datetime.now(UTC),
        now_us=lambda: time.time_ns() // 1000,
    )
    embedder, chosen = model.embedder, model.embedder.description
    health = CheckHealth(
        store=maintenance,
        model_name=f"{settings.embedding_model} ({chosen.engine}, {chosen.precision})",
        is_embedding=lambda: embedder.is_alive,
        backlog_s=lambda: embedder.backlog.seconds,
        free_disk_bytes=free_bytes,
        min_free_disk_bytes=min_free_bytes,
    )
    return assemble(ports, ingest_deadline_s=settings.ingest_deadline_s, health=health)


def describe_model(settings: Settings) -> str:
    """Say which model a start would load, without loading it; ModelUnavailable when none."""
    folder = _model_folder(settings)
    profile = read_profile(folder, name=settings.embedding_model)
    return (
        f"{settings.embedding_model}: {profile.dimension} dimensions, "
        f"{profile.max_tokens} tokens, {profile.pooling} pooling, in {folder.path}"
    )


def _model_folder(settings: Settings) -> ModelFolder:
    return resolve_model(
        settings.embedding_model,
        cache_dir=None,
        offline=settings.hf_hub_offline,
        download_deadline_s=settings.model_timeout_s,
    )


def _load_model(settings: Settings, metrics: Metrics) -> LoadedModel:
    cpus = usable_cpus()
    threads = settings.engine_threads(cpus)
    model = load_embedding(
        _model_folder(settings),
        name=settings.embedding_model,
        wish=EngineWish(
            engine=settings.embedding_engine,
            precision=settings.embedding_precision,
            threads=threads,
            cache_dir=settings.model_cache_dir(),
            has_bf16=computes_bf16(isa_limit=settings.onednn_max_cpu_isa),
        ),
        queue_tokens=settings.embedding_queue_tokens,
        observer=metrics,
    )
    embedder, chosen = model.embedder, model.embedder.description
    _LOG.info(
        "embedding with %s in %s; smallest cosine with f32 in the self-check: %.5f",
        chosen.engine,
        chosen.precision,
        chosen.self_check_cosine,
    )
    metrics.threads_chosen(cpus, threads)
    metrics.embedding_chosen(chosen.engine, chosen.precision, chosen.self_check_cosine)
    for reason in chosen.fell_back:
        metrics.embedding_fell_back(reason)
    metrics.watch_backlog(lambda: embedder.backlog.seconds)
    metrics.watch_queue("query", lambda: embedder.backlog.query_tokens)
    metrics.watch_queue("ingest", lambda: embedder.backlog.ingest_tokens)
    return model


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


def _digest(fingerprint: ModelFingerprint) -> str:
    # A field that says nothing does not count: what was ingested before it was added stays known.
    fields = {name: value for name, value in asdict(fingerprint).items() if value is not None}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:32]


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


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
