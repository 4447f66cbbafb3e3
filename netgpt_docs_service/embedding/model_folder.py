"""What lies in the folder of a sentence-transformers model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netgpt_docs_service.errors import ModelUnavailable

_HOW_TO_GET = (
    "download the whole model with `hf download <model> --local-dir <folder>` "
    "and set EMBEDDING_MODEL=<folder>"
)


@dataclass(frozen=True, slots=True)
class Module:
    """One step of the model's pipeline: `Transformer`, `Pooling`, `Normalize`, `Dense`."""

    kind: str
    path: Path


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on disk with its pipeline, its configuration, its tokenizer and its weights."""

    path: Path
    modules: tuple[Module, ...]

    @property
    def transformer(self) -> Path:
        """Folder of the first step: the transformer and its tokenizer."""
        return self.modules[0].path

    @property
    def tokenizer_file(self) -> Path:
        """The tokenizer as the `tokenizers` library reads it."""
        return self.transformer / "tokenizer.json"

    @property
    def config(self) -> Mapping[str, Any]:
        """The transformer's architecture."""
        return read_json(self.transformer / "config.json")

    @property
    def weights(self) -> tuple[Path, ...]:
        """Every file of weights that is loaded, in the pipeline's order."""
        return tuple(file for module in self.modules for file in _weights_of(module.path))


def open_model_folder(path: Path) -> ModelFolder:
    """Return the folder at `path`, or raise ModelUnavailable naming the file that is missing."""
    if not path.is_dir():
        msg = f"there is no model folder at {path}; {_HOW_TO_GET}"
        raise ModelUnavailable(msg)
    folder = ModelFolder(path=path, modules=tuple(_modules(path)))
    if folder.modules[0].kind != "Transformer":
        msg = f"the model at {path} begins with {folder.modules[0].kind}, not with a transformer"
        raise ModelUnavailable(msg)
    for needed in (folder.transformer / "config.json", folder.tokenizer_file):
        _require(needed)
    if not _weights_of(folder.transformer):
        msg = f"{folder.transformer} holds no weights (*.safetensors); {_HOW_TO_GET}"
        raise ModelUnavailable(msg)
    return folder


def read_json(file: Path) -> Mapping[str, Any]:
    """Return the object in `file`; nothing when there is no such file."""
    if not file.is_file():
        return {}
    found = _parse(file)
    if not isinstance(found, dict):
        msg = f"{file} should hold a JSON object"
        raise ModelUnavailable(msg)
    return found


def _modules(path: Path) -> Iterator[Module]:
    listing = path / "modules.json"
    if not listing.is_file():
        msg = (
            f"{path} is not a sentence-transformers model: it has no modules.json, so nothing says "
            f"how its tokens are pooled; {_HOW_TO_GET}"
        )
        raise ModelUnavailable(msg)
    try:
        for step in _parse(listing):
            # The class moved between packages in sentence-transformers 5 and 6; its name did not.
            yield Module(kind=step["type"].rpartition(".")[2], path=path / step["path"])
    except (TypeError, KeyError, AttributeError) as error:
        msg = f"{listing} is not a list of pipeline steps"
        raise ModelUnavailable(msg) from error


def _parse(file: Path) -> Any:  # noqa: ANN401  JSON of others; each reader checks its own shape
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        msg = f"{file} is not readable JSON"
        raise ModelUnavailable(msg) from error


def _require(file: Path) -> None:
    if not file.is_file():
        msg = f"the model at {file.parent} has no {file.name}; {_HOW_TO_GET}"
        raise ModelUnavailable(msg)


def _weights_of(folder: Path) -> list[Path]:
    # As sentence-transformers chooses: safetensors, and pickles only where there are none.
    return sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
