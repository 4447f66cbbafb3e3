"""sentence-transformers on torch: the engine that runs everywhere.

Import this file only to load a model: torch and sentence_transformers take 5 to 8 seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.errors import ModelUnavailable


class TorchEngine:
    """Compute vectors in float32, from token ids."""

    def __init__(self, model: SentenceTransformer) -> None:
        """Take a loaded model; `pad_token_id` decides positions in some architectures."""
        self._model = model.eval()
        self.pad_id = int(model.tokenizer.pad_token_id or 0)

    def compute(self, inputs: Sequence[Sequence[int]]) -> list[Vector]:
        """Return the normalised vector of each input, special tokens included, in order."""
        with torch.inference_mode():
            found = self._model(self._features(inputs))["sentence_embedding"]
            vectors: list[Vector] = torch.nn.functional.normalize(found, dim=1).tolist()
        return vectors

    def _features(self, inputs: Sequence[Sequence[int]]) -> dict[str, torch.Tensor]:
        # No token_type_ids: there is one segment, and models that know segments take 0 for it.
        longest = max(map(len, inputs))
        ids = torch.full((len(inputs), longest), self.pad_id, dtype=torch.long)
        mask = torch.zeros((len(inputs), longest), dtype=torch.long)
        for row, tokens in enumerate(inputs):
            ids[row, : len(tokens)] = torch.tensor(tokens, dtype=torch.long)
            mask[row, : len(tokens)] = 1
        return {"input_ids": ids, "attention_mask": mask}


def load_sentence_transformer(folder: Path, *, threads: int) -> SentenceTransformer:
    """Load the model in `folder` in float32, to compute on `threads` threads; blocks for seconds.

    Raises ModelUnavailable when the files do not make a model. Never touches the network.
    """
    torch.set_num_threads(threads)  # of the whole process: it holds one model
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs
    try:
        return SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            # A folder may ask for float16, which a CPU computes tens of times slower.
            model_kwargs={"dtype": torch.float32},
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        msg = f"the files in {folder} do not load as a model: {error}"
        raise ModelUnavailable(msg) from error


def load_torch_engine(folder: Path, *, threads: int) -> TorchEngine:
    """Load the model in `folder` as an engine; raises as `load_sentence_transformer` does."""
    return TorchEngine(load_sentence_transformer(folder, threads=threads))
