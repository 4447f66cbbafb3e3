"""The work of a conversion. Import this only in a process of its own: torch stays in memory."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from netgpt_docs_service.embedding.conversion import Conversion
from netgpt_docs_service.embedding.model_folder import open_model_folder
from netgpt_docs_service.embedding.model_profile import read_profile
from netgpt_docs_service.embedding.model_tokenizer import load_tokenizer
from netgpt_docs_service.embedding.openvino_runtime import ov
from netgpt_docs_service.embedding.self_check import refer
from netgpt_docs_service.embedding.torch_engine import TorchEngine, load_sentence_transformer
from netgpt_docs_service.errors import ModelUnavailable

_EXAMPLE = torch.ones((2, 16), dtype=torch.long)


class _Pipeline(torch.nn.Module):
    """Transformer, pooling and all else that the model's folder lists, then normalisation."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self._model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        features = {"input_ids": input_ids, "attention_mask": attention_mask}
        return torch.nn.functional.normalize(self._model(features)["sentence_embedding"], dim=1)


def convert_here(conversion: Conversion) -> None:
    """Write the converted model, its f32 reference vectors and its padding to the target folder.

    Raises ModelUnavailable when the model does not load or OpenVINO cannot express it.
    """
    folder = open_model_folder(Path(conversion.folder))
    profile = read_profile(folder, name=conversion.name)
    tokenizer = load_tokenizer(
        folder.tokenizer_file,
        query_prefix=profile.query_prefix,
        passage_prefix=profile.passage_prefix,
    )
    model = load_sentence_transformer(folder.path, threads=conversion.threads)
    engine = TorchEngine(model)
    network = traced(model)
    if conversion.is_int8:
        from netgpt_docs_service.embedding.quantization import (  # noqa: PLC0415  an extra's library
            quantized,
        )

        network = quantized(network, tokenizer=tokenizer, max_tokens=profile.max_tokens)
    target = Path(conversion.target)
    ov.save_model(network, target / "model.xml", compress_to_fp16=False)
    reference = refer(engine, tokenizer=tokenizer, max_tokens=profile.max_tokens)
    reference.write(target / "reference.json")
    inputs = json.dumps({"pad_id": engine.pad_id})
    (target / "inputs.json").write_text(inputs, encoding="ascii")


def traced(model: SentenceTransformer) -> ov.Model:
    """Return `model` in OpenVINO's form, from token ids and mask to normalised vectors.

    Raises ModelUnavailable when OpenVINO cannot express it.
    """
    try:
        with torch.inference_mode():
            example = (_EXAMPLE, _EXAMPLE)
            network = ov.convert_model(_Pipeline(model.eval()), example_input=example)
    except Exception as error:  # the tracer runs the model's own code
        msg = f"OpenVINO cannot express this model: {error}"
        raise ModelUnavailable(msg) from error
    network.reshape({each: [-1, -1] for each in network.inputs})
    return network
