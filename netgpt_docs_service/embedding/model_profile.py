"""How a model wants to be used: pooling, normalisation, prefixes, the longest input."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netgpt_docs_service.embedding.model_folder import ModelFolder, Module, read_json
from netgpt_docs_service.errors import ModelUnavailable

# The prefixes that the authors ask for in words and that most folders do not carry as prompts.
# https://huggingface.co/BAAI/bge-small-en-v1.5#model-list, https://huggingface.co/intfloat/e5-base-v2#faq
_FAMILIES = (
    (
        re.compile(r"bge-(small|base|large)-en", re.IGNORECASE),
        ("Represent this sentence for searching relevant passages: ", ""),
    ),
    (
        re.compile(r"(^|[-_/])e5-(?!.*(instruct|mistral))", re.IGNORECASE),
        ("query: ", "passage: "),
    ),
)
_POOLING_FLAGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
# These count positions from pad_token_id + 1, so 514 positions hold 512 tokens.
_OFFSET_POSITIONS = frozenset({"roberta", "xlm-roberta", "camembert", "mpnet"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """How one model is used. `normalize` is what the model's own pipeline does.

    `max_tokens` counts special tokens and prefix; the prefixes may be empty.
    """

    pooling: str
    normalize: bool
    query_prefix: str
    passage_prefix: str
    max_tokens: int
    dimension: int


def read_profile(folder: ModelFolder, *, name: str) -> ModelProfile:
    """Return what the folder says, and what is known of the family that `name` belongs to."""
    pooling = _pooling_config(folder)
    query_prefix, passage_prefix = _prefixes(folder, name)
    if (query_prefix or passage_prefix) and not pooling.get("include_prompt", True):
        msg = f"the model at {folder.path} pools without its prompt, which is not supported"
        raise ModelUnavailable(msg)
    return ModelProfile(
        pooling=_pooling(pooling),
        normalize=any(module.kind == "Normalize" for module in folder.modules),
        query_prefix=query_prefix,
        passage_prefix=passage_prefix,
        max_tokens=_max_tokens(folder),
        dimension=_dimension(folder, pooling),
    )


def _pooling_config(folder: ModelFolder) -> Mapping[str, Any]:
    module = _module(folder, "Pooling")
    if module is None:
        msg = f"the model at {folder.path} has no pooling step in its modules.json"
        raise ModelUnavailable(msg)
    return read_json(module.path / "config.json")


def _pooling(config: Mapping[str, Any]) -> str:
    mode = config.get("pooling_mode")  # since sentence-transformers 6; flags before
    if mode is not None:
        return mode if isinstance(mode, str) else "+".join(sorted(mode))
    modes = sorted(name for flag, name in _POOLING_FLAGS.items() if config.get(flag))
    return "+".join(modes) or "mean"


def _prefixes(folder: ModelFolder, name: str) -> tuple[str, str]:
    prompts = read_json(folder.path / "config_sentence_transformers.json").get("prompts") or {}
    query = prompts.get("query") or ""
    passage = prompts.get("passage") or prompts.get("document") or ""
    if query or passage:
        return query, passage
    return next(_known_prefixes(_names(folder, name)), ("", ""))


def _names(folder: ModelFolder, name: str) -> tuple[str, ...]:
    # A snapshot of the Hub's cache is named by a hash; the model's name is two folders up.
    cached = [part for part in folder.path.parts if part.startswith("models--")]
    origin = str(folder.config.get("_name_or_path", ""))
    return (Path(name).name, Path(origin).name, *cached)


def _known_prefixes(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for pattern, prefixes in _FAMILIES:
        if any(pattern.search(name) for name in names):
            yield prefixes


def _max_tokens(folder: ModelFolder) -> int:
    config = folder.config
    offset = 0
    if config.get("model_type") in _OFFSET_POSITIONS:
        offset = int(config.get("pad_token_id", 1)) + 1
    limits = (
        read_json(folder.transformer / "sentence_bert_config.json").get("max_seq_length"),
        read_json(folder.transformer / "tokenizer_config.json").get("model_max_length"),
        int(config.get("max_position_embeddings", 0)) - offset,
    )
    known = [int(limit) for limit in limits if limit and limit > 0]
    if not known:
        msg = f"nothing in {folder.path} says how many tokens the model takes"
        raise ModelUnavailable(msg)
    return min(known)


def _dimension(folder: ModelFolder, pooling: Mapping[str, Any]) -> int:
    dense = _module(folder, "Dense")
    found = read_json(dense.path / "config.json").get("out_features") if dense else None
    found = found or pooling.get("embedding_dimension") or pooling.get("word_embedding_dimension")
    if not found:
        msg = f"nothing in {folder.path} says how long the model's vectors are"
        raise ModelUnavailable(msg)
    return int(found)


def _module(folder: ModelFolder, kind: str) -> Module | None:
    return next((module for module in reversed(folder.modules) if module.kind == kind), None)
