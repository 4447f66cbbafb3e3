"""What a child that embeds can be asked, whichever library it runs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bench.peers.workloads import Workload

Vectors = npt.NDArray[np.float32]


class StackMissing(Exception):
    """This stack cannot run here; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSpec:
    """Which stack a child runs, and on what."""

    kind: str
    folder: Path
    exports: Path
    model: str
    hidden: int
    max_tokens: int
    threads: int
    batch: int = 32
    precision: str = "f32"


class Stack(Protocol):
    """One way to get vectors."""

    def tune(self, name: str, sample: Workload) -> None:
        """Warm up on `sample`, and choose what is chosen per workload."""
        ...

    def embed(self, name: str, workload: Workload) -> Vectors:
        """Return the vectors of the workload called `name`, in order."""
        ...

    def query(self, text: str) -> None:
        """Embed one question."""
        ...

    def describe(self) -> dict[str, object]:
        """Return what the table says beside the numbers."""
        ...


def in_arrival_order(count: int, batch: int) -> Sequence[slice]:
    return [slice(start, start + batch) for start in range(0, count, batch)]
