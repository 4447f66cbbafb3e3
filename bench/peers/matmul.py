"""The machine's own peak: one matrix product of the model's feed-forward shape, by precision."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch

_ROWS = 2048  # tokens at once: enough that more is no faster
_REPEATS = 20
_LEAST_S = 0.3


class MatmulPeak:
    """Measures GFLOP/s of torch's matrix products in f32, bf16 and int8."""

    def __init__(self, hidden: int, threads: int) -> None:
        torch.set_num_threads(threads)
        self._hidden = hidden

    def measure(self) -> dict[str, float]:
        """Return the GFLOP/s of each precision that this CPU has."""
        found = {}
        for name, product in self._products().items():
            try:
                found[name] = 2 * _ROWS * 4 * self._hidden**2 / _best_s(product) / 1e9
            except RuntimeError:  # no kernel for this CPU
                continue
        return found

    def _products(self) -> dict[str, Callable[[], torch.Tensor]]:
        x = torch.randn(_ROWS, self._hidden)
        w = torch.randn(self._hidden, 4 * self._hidden)
        x16, w16 = x.bfloat16(), w.bfloat16()
        x8 = torch.randint(-10, 10, x.shape, dtype=torch.int8)
        w8 = torch.randint(-10, 10, w.shape, dtype=torch.int8)
        return {
            "f32": lambda: torch.mm(x, w),
            "bf16": lambda: torch.mm(x16, w16),
            "int8": lambda: torch._int_mm(x8, w8),  # noqa: SLF001  there is no public one
        }


def _best_s(product: Callable[[], torch.Tensor]) -> float:
    product()
    best = math.inf
    ends_s = time.perf_counter() + _LEAST_S
    for _ in range(_REPEATS):
        began = time.perf_counter()
        product()
        best = min(best, time.perf_counter() - began)
        if time.perf_counter() > ends_s:
            break
    return best
