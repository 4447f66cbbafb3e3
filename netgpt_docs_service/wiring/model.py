"""The embedding model as the settings ask for it: found, loaded, described and counted."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict

from netgpt_docs_service.embedding.cpu_features import computes_bf16
from netgpt_docs_service.embedding.engine_choice import EngineWish
from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.embedding.load import (
    LoadedModel,
    ModelFiles,
    load_embedding,
    read_model,
)
from netgpt_docs_service.embedding.model_folder import ModelFolder
from netgpt_docs_service.embedding.model_profile import read_profile
from netgpt_docs_service.embedding.model_source import resolve_model
from netgpt_docs_service.observability.cpus import usable_cpus
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings

_LOG = logging.getLogger(__name__)


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


def read_model_files(settings: Settings) -> ModelFiles:
    """Read what the model's files say of it, without an engine; ModelUnavailable when none."""
    return read_model(
        _model_folder(settings),
        name=settings.embedding_model,
        wish=_wish(settings, settings.engine_threads(usable_cpus())),
    )


def _wish(settings: Settings, threads: int) -> EngineWish:
    return EngineWish(
        engine=settings.embedding_engine,
        precision=settings.embedding_precision,
        threads=threads,
        cache_dir=settings.model_cache_dir(),
        has_bf16=computes_bf16(isa_limit=settings.onednn_max_cpu_isa),
    )


def load_model(settings: Settings, metrics: Metrics) -> LoadedModel:
    """Load the model and tell `metrics` what was chosen; ModelUnavailable when it cannot be."""
    cpus = usable_cpus()
    threads = settings.engine_threads(cpus)
    model = load_embedding(
        _model_folder(settings),
        name=settings.embedding_model,
        wish=_wish(settings, threads),
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


def fingerprint_digest(fingerprint: ModelFingerprint) -> str:
    """Return the one word that stands for a model in every manifest."""
    # A field that says nothing does not count: what was ingested before it was added stays known.
    fields = {name: value for name, value in asdict(fingerprint).items() if value is not None}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:32]
