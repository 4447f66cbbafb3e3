"""What computes vectors: a loaded model, once for questions and once for each ingest worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from netgpt_docs_service.domain.chunks import Vector

# Inputs are padded to a multiple of this: as fast as exact lengths (12,660 against 12,650 tokens/s
# on lengths of 3 to 256), and the engine's memory is flat (MiniLM: 255 MiB after 100 and after
# 4,000 texts, where exact lengths end at 520).
LENGTH_STEP = 16


class Engine(Protocol):
    """A loaded model that computes in the caller's thread.

    One thread at a time calls it, unless it is shared by the lanes on purpose.
    """

    def compute(self, inputs: Sequence[Sequence[int]]) -> list[Vector]:
        """Return the normalised vector of each input, special tokens included, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDescription:
    """Which engine was chosen, and what its self-check said of it."""

    engine: str
    """`openvino` or `torch`."""
    precision: str
    """`f32`, `bf16` or `int8`: of the matrix products."""
    self_check_cosine: float
    """Smallest cosine between its vectors and the f32 ones, over the fixed texts."""
    fell_back: tuple[str, ...] = ()
    """Why faster engines were not taken: `wrong_vectors` or `unusable`, one for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLanes:
    """A model that can answer questions beside ingest: no two of these engines wait for another."""

    query: Engine
    ingest: tuple[Engine, ...]
    description: EngineDescription


def padded_length(tokens: int) -> int:
    """Return the length that an input of `tokens` tokens is computed at."""
    return -(-tokens // LENGTH_STEP) * LENGTH_STEP
