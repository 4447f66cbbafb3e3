"""Compare an engine with the f32 vectors of sentence-transformers, on a few fixed texts.

A library or a CPU may compute reduced precision wrongly: one release of OpenVINO corrupted bf16
products on one family of CPUs. So no engine serves before it has shown that it does not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.engine import Engine
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer

# Of every kind that the engine's kernels tell apart: shorter than a register, odd, a question, a
# full chunk. A model that takes more is not tried with more: a start would take seconds longer.
_LENGTHS = (3, 12, 31, 64, 127, 256, 512)
# In rows of one run, too, as ingest and a crowd of questions come: (input, rows), and the first
# inputs together, padded.
_REPEATED = ((1, 32), (3, 8))
_TOGETHER = 4
_TEXT = """
The library opened in 1926 with nine thousand volumes, most of them given by two families.
How do I reset the password of a router when its label is lost? Water boils at 100 degrees Celsius
at sea level; on a mountain of 3,000 metres it boils at about 90. def area(width, height): return
width * height. Contracts end on 31 December unless one party writes before 30 September. Whales
sing, bees dance, and ants leave a trail. The committee voted 7 to 2 in favour, with one abstention.
Die Fähre fährt im Winter nur zweimal am Tag. GET /status HTTP/1.1 answers 204 when all is well.
Fold the egg whites in slowly, in three parts, then bake at 180 degrees for forty minutes.
"""


@dataclass(frozen=True, slots=True)
class Reference:
    """Inputs of the model and the vectors that it must give for them."""

    inputs: Sequence[Sequence[int]]
    vectors: Sequence[Vector]

    @classmethod
    def read(cls, file: Path) -> Self:
        """Return what `write` wrote."""
        return cls(**json.loads(file.read_text(encoding="ascii")))

    def write(self, file: Path) -> None:
        """Keep it in `file`."""
        file.write_text(json.dumps(asdict(self)), encoding="ascii")

    def smallest_cosine(self, engine: Engine) -> float:
        """Return how near the worst of the engine's vectors is; 0 when one is not finite."""
        runs = [[number] for number in range(len(self.inputs))]
        runs += [[number] * rows for number, rows in _REPEATED if number < len(self.inputs)]
        runs += [list(range(len(self.inputs)))[:_TOGETHER]]
        found = np.asarray(
            [vector for run in runs for vector in engine.compute([self.inputs[i] for i in run])],
            np.float64,
        )
        wanted = np.asarray([self.vectors[i] for run in runs for i in run], np.float64)
        if found.shape != wanted.shape or not np.isfinite(found).all():
            return 0.0
        norms = np.linalg.norm(found, axis=1) * np.linalg.norm(wanted, axis=1)
        cosines = np.einsum("ij,ij->i", found, wanted) / np.maximum(norms, 1e-12)
        return float(cosines.min())


def refer(engine: Engine, *, tokenizer: ModelTokenizer, max_tokens: int) -> Reference:
    """Compute the fixed texts with the f32 engine that all others are held to."""
    longest = min(max(_LENGTHS), max_tokens)
    words = tokenizer.tokenize(_TEXT * (1 + longest // 100)).ids
    inputs = [
        tokenizer.passage(words[start : start + max(1, length - tokenizer.special_token_count)])
        for start, length in enumerate(sorted({min(each, longest) for each in _LENGTHS}))
    ]
    return Reference(inputs, [vector for each in inputs for vector in engine.compute([each])])
