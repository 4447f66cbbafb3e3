"""What makes two models the same model."""

from __future__ import annotations

import hashlib
import json

from netgpt_docs_service.embedding.file_hash import sha256_of
from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.embedding.model_folder import ModelFolder, read_json
from netgpt_docs_service.embedding.model_profile import ModelProfile

# Where a model was made and how it was trained or stored: no vector depends on these. Any field
# not named here counts, because an unknown one (rope_theta, ...) may well decide.
_IRRELEVANT = frozenset(
    {
        "_name_or_path",
        "transformers_version",
        "architectures",
        "torch_dtype",
        "dtype",
        "use_cache",
        "gradient_checkpointing",
        "initializer_range",
        "attention_probs_dropout_prob",
        "hidden_dropout_prob",
        "classifier_dropout",
        "id2label",
        "label2id",
    }
)


def fingerprint_model(
    folder: ModelFolder, profile: ModelProfile, quantization: str | None = None
) -> ModelFingerprint:
    """Hash the files of `folder` and join them with the way they are used."""
    return ModelFingerprint(
        weights_sha256=sha256_of(folder.weights),
        tokenizer_sha256=sha256_of([folder.tokenizer_file]),
        architecture_sha256=_architecture_sha256(folder),
        dimension=profile.dimension,
        pooling=profile.pooling,
        normalize=profile.normalize,
        query_prefix=profile.query_prefix,
        passage_prefix=profile.passage_prefix,
        max_tokens=profile.max_tokens,
        quantization=quantization,
    )


def _architecture_sha256(folder: ModelFolder) -> str:
    config = {key: value for key, value in folder.config.items() if key not in _IRRELEVANT}
    # Pooling has a field of its own, and its file was renamed field by field between versions.
    steps = [
        (module.kind, dict(read_json(module.path / "config.json")))
        if module.kind == "Dense"
        else (module.kind, {})
        for module in folder.modules
    ]
    canonical = json.dumps([config, steps], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
