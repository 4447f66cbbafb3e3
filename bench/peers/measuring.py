"""Ask every stack in turn, round after round, and keep what it answered."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers.child_process import StackProcess
from bench.peers.stack import StackMissing, Vectors

_PAUSE_S = 0.2  # thread pools of the one before spin for a while
WORKLOADS = ("full", "mixed")
REFERENCE = "sentence-transformers f32"


@dataclass(slots=True)
class Row:
    """One stack: its process, and what it measured until it ended or failed."""

    name: str
    process: StackProcess
    seconds: dict[str, list[float]] = field(
        default_factory=lambda: {name: [] for name in WORKLOADS}
    )
    query_ms: list[float] = field(default_factory=list)
    vectors: dict[str, Vectors] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    failed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured of one model."""

    full_texts: int
    mixed_texts: int
    tune_texts: int
    rounds: int
    limit_s: float = 140.0
    """No further round begins that would end later than this; the first one always runs."""
    query_rounds: int = 5
    queries: int = 10


def measure(
    rows: Sequence[Row], peak: StackProcess, effort: Effort, work: Path
) -> dict[str, float]:
    """Fill the rows, and return the machine's best GFLOP/s by precision over all rounds."""
    peaks: dict[str, float] = {}
    for workload in WORKLOADS:
        for row in rows:
            _ask(row, "tune", workload=workload, texts=effort.tune_texts)
    for number in _rounds(effort):
        for name, gflops in peak.ask("measure").items():
            peaks[name] = max(gflops, peaks.get(name, 0.0))
        _embed_all(_turned(rows, number), work / "vectors.npy")
    for number in range(effort.query_rounds + 1):
        is_warm = number > 0
        for row in _turned(rows, number):
            answer = _ask(row, "query", count=effort.queries, first=number * effort.queries)
            row.query_ms += answer.get("ms", []) if is_warm else []
    for row in rows:
        row.described = _ask(row, "describe")
    return peaks


def least_cosine(row: Row, reference: Row, workload: str) -> float:
    """Return the smallest cosine to the reference's vector of the same text."""
    vectors, wanted = row.vectors[workload], reference.vectors[workload]
    return float(np.min(np.sum(_unit(vectors) * _unit(wanted), axis=1)))


def strangers_cosine(row: Row) -> float:
    """Return the median cosine between different texts: what a stack with no idea would reach."""
    vectors = _unit(row.vectors["mixed"])
    return float(np.median(np.sum(vectors[1:] * vectors[:-1], axis=1)))


def _rounds(effort: Effort) -> Iterator[int]:
    began = time.perf_counter()
    for number in range(effort.rounds):
        if number and (time.perf_counter() - began) * (number + 1) / number > effort.limit_s:
            return
        yield number


def _turned(rows: Sequence[Row], number: int) -> list[Row]:
    """Return the rows with another one first each round: none always follows the same one."""
    first = number % len(rows)
    return [*rows[first:], *rows[:first]]


def _embed_all(rows: Sequence[Row], save: Path) -> None:
    for workload in WORKLOADS:
        for row in rows:
            time.sleep(_PAUSE_S)
            if answer := _ask(row, "embed", workload=workload, save=str(save)):
                row.seconds[workload].append(answer["seconds"])
                row.vectors[workload] = np.load(save)


def _ask(row: Row, do: str, **request: object) -> dict[str, Any]:
    if row.failed:
        return {}
    began = time.perf_counter()
    try:
        return row.process.ask(do, **request)
    except (StackMissing, BrokenPipeError) as error:
        row.failed = str(error)
        return {}
    finally:
        what = request.get("workload", "")
        took_s = time.perf_counter() - began
        print(f"  {row.name}: {do} {what} took {took_s:.1f} s", file=sys.stderr, flush=True)


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
