"""The table of one model, and the verdicts against the marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.peers.figures import Figures
from bench.peers.measuring import REFERENCE

OURS = "ours auto"
_ARRIVAL = "onnxruntime f32, batch 32"
_INT8 = ("onnxruntime int8, batch 1", "onnxruntime int8, batch 32")
_HEAD = (
    f"{'stack':28} {'full/s':>8} {'best':>7} {'x':>6} {'mixed/s':>8} {'best':>7} {'x':>6}"
    f" {'query ms':>9} {'x':>6} {'RSS':>6} {'peak':>6} {'cosine':>9} {'real':>6} {'of peak':>8}"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One mark: what was measured, and whether it is on the right side."""

    what: str
    value: float | None
    mark: float
    is_floor: bool = True
    aim: float | None = None

    @property
    def word(self) -> str:
        if self.value is None:
            return "NOT MEASURED"
        is_met = self.value >= self.mark if self.is_floor else self.value <= self.mark
        return "PASS" if is_met else "MISS"

    def line(self) -> str:
        value = "-" if self.value is None else f"{self.value:.2f}"
        sign = ">=" if self.is_floor else "<="
        aim = f", aim {self.aim:g}" if self.aim else ""
        return f"  {self.word:12} {self.what}: {value} (wanted {sign} {self.mark:g}{aim})"


def has_amx(*, isa: str | None, cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this CPU has AMX, and `isa`, an ONEDNN_MAX_CPU_ISA, leaves it switched on."""
    if isa and isa.upper() not in ("ALL", "DEFAULT") and "AMX" not in isa.upper():
        return False
    return cpuinfo.is_file() and "amx_tile" in cpuinfo.read_text(encoding="ascii", errors="replace")


def table(found: Mapping[str, Figures], peaks: Mapping[str, float]) -> Iterator[str]:
    """Yield a line for each stack; x is its rate over the reference's, time for time."""
    yield _HEAD
    reference = found.get(REFERENCE)
    for name, each in found.items():
        full, mixed, query = (
            (
                each.full_per_s / reference.full_per_s,
                each.mixed_per_s / reference.mixed_per_s,
                each.query_ms / reference.query_ms,
            )
            if reference
            else (None, None, None)
        )
        yield (
            f"{name:28} {each.full_per_s:8.1f} {each.full_best_per_s:7.1f} {_cell(full, 6, 2)}"
            f" {each.mixed_per_s:8.1f} {each.mixed_best_per_s:7.1f} {_cell(mixed, 6, 2)}"
            f" {each.query_ms:9.1f} {_cell(query, 6, 2)}"
            f" {each.rss_mib:6.0f} {each.peak_rss_mib:6.0f} {_cell(each.mixed_least_cosine, 9, 6)}"
            f" {_cell(each.real_over_computed, 6, 3)} {_cell(of_peak(each, peaks), 8, 3)}"
            f"  {each.note}"
        )


def of_peak(each: Figures, peaks: Mapping[str, float]) -> float | None:
    """Return the useful FLOP/s of full-length texts over the matrix product's, same precision."""
    peak = peaks.get(each.precision)
    return each.full_gflops / peak if peak else None


def verdicts(found: Mapping[str, Figures], peaks: Mapping[str, float]) -> Iterator[Verdict]:
    """Yield the marks of the bge-small architecture, for a CPU with AMX."""
    ours, reference, arrival = found.get(OURS), found.get(REFERENCE), found.get(_ARRIVAL)
    int8 = [found[name].mixed_per_s for name in _INT8 if name in found]
    if ours is None:
        return
    yield Verdict(
        "full-length texts, times sentence-transformers f32",
        ours.full_per_s / reference.full_per_s if reference else None,
        3.2,
        aim=4.5,
    )
    yield Verdict(
        "mixed lengths, times ONNX Runtime f32 in arrival order by 32",
        ours.mixed_per_s / arrival.mixed_per_s if arrival else None,
        4,
    )
    yield Verdict(
        "mixed lengths, times ONNX Runtime int8 at its better batch",
        ours.mixed_per_s / max(int8) if int8 else None,
        1.8,
    )
    yield Verdict("useful FLOP/s over the matrix product's", of_peak(ours, peaks), 0.30)
    yield Verdict(
        "one query's time over sentence-transformers f32",
        ours.query_ms / reference.query_ms if reference else None,
        0.35,
        is_floor=False,
    )
    yield Verdict("real over computed tokens", ours.real_over_computed, 0.96)


def _cell(value: float | None, width: int, digits: int) -> str:
    return f"{'-':>{width}}" if value is None else f"{value:{width}.{digits}f}"
