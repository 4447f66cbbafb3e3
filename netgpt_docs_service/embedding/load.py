"""From the setting EMBEDDING_MODEL to a running embedder."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from netgpt_docs_service.embedding.calls import UNIT_TOKENS
from netgpt_docs_service.embedding.engine import Engine
from netgpt_docs_service.embedding.engine_choice import EngineChooser, EngineWish
from netgpt_docs_service.embedding.fingerprint import fingerprint_model
from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.embedding.model_folder import ModelFolder
from netgpt_docs_service.embedding.model_profile import ModelProfile, read_profile
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer, load_tokenizer
from netgpt_docs_service.embedding.observer import EmbeddingObserver, NullObserver
from netgpt_docs_service.embedding.scheduled_embedder import ScheduledEmbedder
from netgpt_docs_service.embedding.work_queue import WorkQueue
from netgpt_docs_service.errors import ModelUnavailable

_WARM_UP_RUNS = 2  # the first ones pay for the engine's own start; the best one counts
_NULL = NullObserver()


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is ready to embed; `embedder.close()` ends its threads."""

    embedder: ScheduledEmbedder
    tokenizer: ModelTokenizer
    profile: ModelProfile


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model as its files describe it: enough to cut a text and to name the model."""

    profile: ModelProfile
    tokenizer: ModelTokenizer
    fingerprint: ModelFingerprint


def read_model(folder: ModelFolder, *, name: str, wish: EngineWish) -> ModelFiles:
    """Read the model in `folder` without loading its weights into an engine; hashes them."""
    profile = read_profile(folder, name=name)
    tokenizer = load_tokenizer(
        folder.tokenizer_file,
        query_prefix=profile.query_prefix,
        passage_prefix=profile.passage_prefix,
    )
    fingerprint = fingerprint_model(folder, profile, _quantization(wish))
    return ModelFiles(profile, tokenizer, fingerprint)


def load_embedding(
    folder: ModelFolder,
    *,
    name: str,
    wish: EngineWish,
    queue_tokens: int,
    observer: EmbeddingObserver = _NULL,
) -> LoadedModel:
    """Load, check and warm up the model in `folder`; blocks for seconds, so call it in a thread.

    `name` is what the operator called it: it may tell the family, and so the prefixes. Raises
    ModelUnavailable when the folder does not hold what it promises, or no engine fits the wish.
    """
    files = read_model(folder, name=name, wish=wish)
    profile, tokenizer, fingerprint = files.profile, files.tokenizer, files.fingerprint
    lanes = EngineChooser(
        folder=folder, name=name, profile=profile, fingerprint=fingerprint, wish=wish
    ).choose()
    speed = _warm_up(lanes.ingest[0], tokenizer=tokenizer, profile=profile)
    embedder = ScheduledEmbedder(
        lanes,
        tokenizer=tokenizer,
        fingerprint=fingerprint,
        queue=WorkQueue(
            limit_tokens=queue_tokens,
            tokens_per_s=speed * len(lanes.ingest),
            observer=observer,
        ),
        observer=observer,
    )
    return LoadedModel(embedder, tokenizer, profile)


def _quantization(wish: EngineWish) -> str | None:
    if wish.precision != "int8":
        return None
    from netgpt_docs_service.embedding.quantization import (  # noqa: PLC0415  imports OpenVINO
        calibration_id,
    )

    return f"int8-{calibration_id()}"


def _warm_up(engine: Engine, *, tokenizer: ModelTokenizer, profile: ModelProfile) -> float:
    """Return the tokens per second of one full chunk, after a look at its vector."""
    longest = min(profile.max_tokens, UNIT_TOKENS)
    words = tokenizer.tokenize("warm " * longest).ids
    full = tokenizer.passage(words[: max(1, longest - tokenizer.special_token_count)])
    took_s = math.inf
    for _ in range(_WARM_UP_RUNS):
        started = time.perf_counter()
        (vector,) = engine.compute([full])
        took_s = min(took_s, time.perf_counter() - started)
    if len(vector) != profile.dimension or not all(map(math.isfinite, vector)):
        msg = f"the model gives {len(vector)} numbers; its folder promises {profile.dimension}"
        raise ModelUnavailable(msg)
    return len(full) / took_s
