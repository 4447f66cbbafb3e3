"""The models that all stacks load: real sizes, made-up weights, and the bundled one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from netgpt_docs_service.embedding.model_source import resolve_model
from tests.support.models import edit_json, make_bge_folder

_VOCABULARY = 30_522
_SPREAD = 0.02  # BERT's own; with more, 12 layers of random weights are chaotic
_EXPORT_S = 300


@dataclass(frozen=True, slots=True)
class BenchModel:
    """A model's size, the folder of its files, and the folder of its ONNX exports."""

    name: str
    layers: int
    hidden: int
    max_tokens: int
    folder: Path
    exports: Path

    def flops(self, tokens: int) -> float:
        """Return the floating point operations of one text: linear layers and attention."""
        linear = 2 * tokens * 12 * self.hidden**2
        attention = 4 * tokens**2 * self.hidden
        return float(self.layers * (linear + attention))


def make_model(name: str, work: Path) -> BenchModel:
    """Write or find the folder of `small`, `base`, `large` or `bundled`, or raise KeyError."""
    bundled = resolve_model("bundled", cache_dir=None, offline=True).path
    hidden, layers, max_tokens = {
        "small": (384, 12, 512),
        "base": (768, 12, 512),
        "large": (1024, 24, 512),
        "bundled": (384, 6, 256),
    }[name]
    folder = bundled if name == "bundled" else work / name
    if not folder.is_dir():
        _write_folder(folder, layers=layers, hidden=hidden, tokenizer=bundled / "tokenizer.json")
    return BenchModel(name, layers, hidden, max_tokens, folder, work / f"{name}-exports")


def export_onnx(model: BenchModel) -> None:
    """Write or find the ONNX exports of `model`; print why where they cannot be made."""
    if (model.exports / "int8.onnx").is_file():
        return
    # In a process of its own: the export needs torch, and what it leaves behind is not measured.
    command = [sys.executable, "-m", "bench.peers.onnx_export"]
    done = subprocess.run(
        [*command, str(model.folder), str(model.exports)],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=_EXPORT_S,
        check=False,
    )
    if done.returncode:
        print(f"no ONNX export of {model.name}: {done.stderr.strip().splitlines()[-1]}")


def _write_folder(folder: Path, *, layers: int, hidden: int, tokenizer: Path) -> None:
    making = folder.with_suffix(".making")
    make_bge_folder(making, layers=layers, hidden=hidden, vocab_size=_VOCABULARY, spread=_SPREAD)
    # The bundled model has BERT's own vocabulary, as the BGE models do: real lengths of real texts.
    shutil.copyfile(tokenizer, making / "tokenizer.json")
    edit_json(making / "config.json", _name_or_path="bench")  # no family, so no query prefix
    edit_json(making / "tokenizer_config.json", pad_token="[PAD]")
    making.rename(folder)
