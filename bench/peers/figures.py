"""From what rows measured to the numbers of the table, the verdicts and the JSON."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.peers.measuring import REFERENCE, Row, least_cosine
from bench.peers.models import BenchModel
from bench.peers.workloads import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one stack did: medians of the rounds, and the best round."""

    full_per_s: float
    full_best_per_s: float
    mixed_per_s: float
    mixed_best_per_s: float
    mixed_tokens_per_s: float
    query_ms: float
    rss_mib: float
    peak_rss_mib: float
    full_least_cosine: float | None
    mixed_least_cosine: float | None
    real_over_computed: float | None
    precision: str
    full_gflops: float
    mixed_gflops: float
    note: str


def figures(
    rows: Sequence[Row], model: BenchModel, workloads: Mapping[str, Workload]
) -> dict[str, Figures]:
    """Return the figures of each row that came to its end, by the row's name."""
    whole = [row for row in rows if not row.failed]
    reference = next((row for row in whole if row.name == REFERENCE), None)
    return {row.name: _figures(row, reference, model, workloads) for row in whole}


def _figures(
    row: Row, reference: Row | None, model: BenchModel, workloads: Mapping[str, Workload]
) -> Figures:
    full, mixed = workloads["full"].tokens, workloads["mixed"].tokens
    full_s = statistics.median(row.seconds["full"])
    mixed_s = statistics.median(row.seconds["mixed"])
    return Figures(
        full_per_s=len(full) / full_s,
        full_best_per_s=len(full) / min(row.seconds["full"]),
        mixed_per_s=len(mixed) / mixed_s,
        mixed_best_per_s=len(mixed) / min(row.seconds["mixed"]),
        mixed_tokens_per_s=sum(mixed) / mixed_s,
        query_ms=statistics.median(row.query_ms),
        rss_mib=row.described["rss_mib"],
        peak_rss_mib=row.described["peak_rss_mib"],
        full_least_cosine=least_cosine(row, reference, "full") if reference else None,
        mixed_least_cosine=least_cosine(row, reference, "mixed") if reference else None,
        real_over_computed=row.described.get("real_over_computed"),
        precision=str(row.described.get("precision", "f32")),
        full_gflops=sum(map(model.flops, full)) / full_s / 1e9,
        mixed_gflops=sum(map(model.flops, mixed)) / mixed_s / 1e9,
        note=_note(row),
    )


def _note(row: Row) -> str:
    if "engine" in row.described:
        return f"{row.described['engine']} {row.described['precision']}"
    batch = row.described.get("batch")
    if isinstance(batch, dict):
        return "batch " + ", ".join(f"{size} ({name})" for name, size in batch.items())
    return f"batch {batch}"
