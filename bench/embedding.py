"""Embedding side by side: ours, sentence-transformers, ONNX Runtime, fastembed and infinity.

    python bench/embedding.py [--data DIR] [--models small,base,bundled] [--quick] [--json FILE]

Every stack has the same folder, the same texts, all usable CPUs and a process of its own; they are
asked in turn, in several rounds. DIR holds peps, squad-a and cranfield-a; without it the mix of
lengths is made up. A peer that needs other versions of its libraries runs under --peer-python.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.peers.child_process import StackProcess, start_stack
from bench.peers.figures import Figures, figures
from bench.peers.measuring import REFERENCE, Effort, Row, measure, strangers_cosine
from bench.peers.models import BenchModel, export_onnx, make_model
from bench.peers.report import has_amx, table, verdicts
from bench.peers.stack import StackMissing, StackSpec
from bench.peers.texts import make_workloads
from bench.peers.workloads import write_workloads
from netgpt_docs_service.observability.cpus import usable_cpus

# Ten minutes in all; --rounds takes the time that it takes.
EFFORTS = {
    "small": Effort(full_texts=16, mixed_texts=128, tune_texts=16, rounds=3),
    "base": Effort(full_texts=6, mixed_texts=24, tune_texts=6, rounds=3),
    "bundled": Effort(full_texts=32, mixed_texts=192, tune_texts=32, rounds=3),
}
QUICK = {
    "small": Effort(full_texts=4, mixed_texts=40, tune_texts=4, rounds=1, query_rounds=2),
    "base": Effort(full_texts=2, mixed_texts=12, tune_texts=2, rounds=1, query_rounds=2),
    "bundled": Effort(full_texts=12, mixed_texts=64, tune_texts=8, rounds=1, query_rounds=2),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What the stacks did with one model, and what the machine's matrix product does."""

    found: dict[str, Figures]
    peak_gflops: dict[str, float]
    mixed_tokens: list[int]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def stacks(spec: StackSpec, precisions: list[str]) -> Iterator[tuple[str, StackSpec]]:
    """Yield every stack's name and what its child runs, the yardstick first."""
    yield REFERENCE, replace(spec, kind="sentence-transformers")
    for precision in precisions:
        yield f"ours {precision}", replace(spec, kind="ours", precision=precision)
    for precision in ("f32", "int8"):
        for batch in (1, 32):
            name = f"onnxruntime {precision}, batch {batch}"
            yield name, replace(spec, kind="onnx", precision=precision, batch=batch)
    yield "fastembed f32", replace(spec, kind="fastembed")
    yield "infinity f32", replace(spec, kind="infinity")


def started(
    arguments: argparse.Namespace, spec: StackSpec, file: Path, stack: ExitStack
) -> tuple[list[Row], StackProcess]:
    """Start every stack that can run here, and say of the others why they cannot."""

    def start(each: StackSpec) -> StackProcess:
        pythons = arguments.peer_python if each.kind in ("fastembed", "infinity") else ()
        process = start_stack(each, file, pythons=pythons, isa=arguments.isa)
        stack.callback(process.close)
        return process

    rows = []
    for name, each in stacks(spec, arguments.precision.split(",")):
        try:
            rows.append(Row(name, start(each)))
            print(f"  started {name}", file=sys.stderr, flush=True)
        except StackMissing as error:
            print(f"skipped {name}: {error}", flush=True)
    return rows, start(replace(spec, kind="matmul"))


def run(arguments: argparse.Namespace, model: BenchModel, effort: Effort, work: Path) -> Measured:
    """Measure one model and print its table."""
    workloads = make_workloads(
        model.folder / "tokenizer.json",
        max_tokens=model.max_tokens,
        full=effort.full_texts,
        mixed=effort.mixed_texts,
        data=arguments.data,
    )
    file = work / "workloads.json"
    write_workloads(file, workloads)
    spec = StackSpec(
        kind="",
        folder=model.folder,
        exports=model.exports,
        model=model.name,
        hidden=model.hidden,
        max_tokens=model.max_tokens,
        threads=usable_cpus(),
    )
    tokens = workloads["mixed"].tokens
    print(
        f"\n== {model.name}: {len(workloads['full'].texts)} texts of {model.max_tokens} tokens;"
        f" {len(tokens)} mixed of {min(tokens)} to {max(tokens)}, {sum(tokens)} in all",
        flush=True,
    )
    with ExitStack() as stack:
        rows, peak = started(arguments, spec, file, stack)
        peaks = measure(rows, peak, effort, work)
    found = figures(rows, model, workloads)
    print("rounds:", min((len(row.seconds["mixed"]) for row in rows), default=0))
    print(*table(found, peaks), sep="\n")
    print_notes(rows, peaks)
    return Measured(found, peaks, tokens)


def print_notes(rows: list[Row], peaks: dict[str, float]) -> None:
    for row in rows:
        if row.failed:
            print(f"{row.name} failed: {row.failed}")
    print("matrix product, GFLOP/s:", ", ".join(f"{k} {v:.0f}" for k, v in peaks.items()))
    for row in rows:
        if row.name == REFERENCE and not row.failed:
            print(f"cosine between different texts, median: {strangers_cosine(row):.4f}")


def print_verdicts(measured: Measured, *, is_binding: bool) -> list[dict[str, object]]:
    informational = "" if is_binding else "   (no AMX here: informational)"
    marks = list(verdicts(measured.found, measured.peak_gflops))
    for mark in marks:
        print(mark.line() + informational)
    return [{"what": mark.what, "value": mark.value, "verdict": mark.word} for mark in marks]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--models", help="default: small,base,bundled; small with --quick")
    parser.add_argument("--precision", default="auto,f32,int8", help="rows of ours")
    parser.add_argument(
        "--isa",
        default=os.environ.get("ONEDNN_MAX_CPU_ISA"),
        help="ONEDNN_MAX_CPU_ISA of the children: AVX512_CORE_VNNI",
    )
    parser.add_argument("--peer-python", action="append", default=[])
    parser.add_argument("--keep", type=Path, help="folder of made models, found again next time")
    parser.add_argument("--quick", action="store_true", help="two minutes: one round, few texts")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--mixed-texts", type=int)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def main() -> None:
    arguments = parsed()
    began = time.perf_counter()
    efforts = QUICK if arguments.quick else EFFORTS
    names = arguments.models or ("small" if arguments.quick else ",".join(efforts))
    amx = has_amx(isa=arguments.isa)
    report: dict[str, Any] = {"threads": usable_cpus(), "amx": amx, "isa": arguments.isa}
    with tempfile.TemporaryDirectory() as temporary:
        for name in names.split(","):
            model = make_model(name, arguments.keep or Path(temporary))
            export_onnx(model)
            effort = replace(
                efforts[name],
                rounds=arguments.rounds or efforts[name].rounds,
                limit_s=math.inf if arguments.rounds else efforts[name].limit_s,
                mixed_texts=arguments.mixed_texts or efforts[name].mixed_texts,
            )
            measured = run(arguments, model, effort, Path(temporary))
            report[name] = measured.as_json()
            if name == "small":
                report["verdicts"] = print_verdicts(measured, is_binding=amx)
    print(f"took {time.perf_counter() - began:.0f} s")
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
