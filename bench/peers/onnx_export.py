"""Write a sentence-transformers folder as ONNX, in fp32 and dynamically quantised to int8.

python -m bench.peers.onnx_export FOLDER OUT
"""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import quantize_dynamic
from sentence_transformers import SentenceTransformer


class Pipeline(torch.nn.Module):
    """Transformer, pooling and normalising in one graph."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        features = {"input_ids": input_ids, "attention_mask": attention_mask}
        return torch.nn.functional.normalize(self.model(features)["sentence_embedding"], dim=1)


def export(folder: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()
    ids = torch.randint(5, 300, (2, 16))
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Pipeline(model),
        (ids, torch.ones_like(ids)),
        out / "f32.onnx",
        dynamo=False,
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "vectors": {0: "batch"}},
    )
    # What fastembed reads beside the model; it cuts at the smaller of model_max_length and
    # max_length, and MiniLM's published file has a max_length of 128.
    for name in ("tokenizer.json", "config.json"):
        shutil.copyfile(folder / name, out / name)
    limits = {"model_max_length": model.max_seq_length, "pad_token": "[PAD]"}
    (out / "tokenizer_config.json").write_text(json.dumps(limits), encoding="utf-8")
    quantize_dynamic(out / "f32.onnx", out / "int8.onnx")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    export(Path(sys.argv[1]), Path(sys.argv[2]))
