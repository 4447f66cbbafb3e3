"""A child that holds one stack and answers requests, one line of JSON each.

python -m bench.peers.child SPEC WORKLOADS; what the libraries print goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from bench.peers.stack import Stack, StackMissing, StackSpec
from bench.peers.workloads import Workload, read_workloads

_STACKS = {
    "ours": ("bench.peers.ours", "OurStack"),
    "sentence-transformers": (
        "bench.peers.sentence_transformers_stack",
        "SentenceTransformersStack",
    ),
    "onnx": ("bench.peers.onnx_stack", "OnnxStack"),
    "fastembed": ("bench.peers.fastembed_stack", "FastembedStack"),
    "infinity": ("bench.peers.infinity_stack", "InfinityStack"),
}


class StackChild:
    """Runs what it is asked for and times it here, where nothing but the stack runs."""

    def __init__(self, stack: Stack, workloads: dict[str, Workload]) -> None:
        self._stack = stack
        self._workloads = workloads

    def tune(self, *, workload: str, texts: int) -> dict[str, Any]:
        of = self._workloads[workload]
        self._stack.tune(workload, Workload(of.texts[:texts], of.ids[:texts]))
        return {}

    def embed(self, *, workload: str, save: str) -> dict[str, Any]:
        began = time.perf_counter()
        vectors = self._stack.embed(workload, self._workloads[workload])
        took_s = time.perf_counter() - began
        np.save(save, vectors)
        return {"seconds": took_s}

    def query(self, *, count: int, first: int) -> dict[str, Any]:
        texts = self._workloads["query"].texts
        took_ms = []
        for number in range(first, first + count):
            began = time.perf_counter()
            self._stack.query(texts[number % len(texts)])
            took_ms.append(1000 * (time.perf_counter() - began))
        return {"ms": took_ms}

    def describe(self) -> dict[str, Any]:
        return {**self._stack.describe(), **_memory_mib()}


class PeakChild:
    """Answers with the peak of the machine."""

    def __init__(self, spec: StackSpec) -> None:
        from bench.peers.matmul import MatmulPeak  # noqa: PLC0415  torch: in this child only

        self._peak = MatmulPeak(spec.hidden, spec.threads)

    def measure(self) -> dict[str, Any]:
        return self._peak.measure()


def open_child(spec: StackSpec, workloads: Path) -> StackChild | PeakChild:
    if spec.kind == "matmul":
        return PeakChild(spec)
    module, name = _STACKS[spec.kind]
    try:
        stack = getattr(importlib.import_module(module), name)(spec)
    except ImportError as error:
        raise StackMissing(str(error)) from error
    return StackChild(stack, read_workloads(workloads))


def serve(child: StackChild | PeakChild, answers: TextIO) -> None:
    for line in sys.stdin:
        request = json.loads(line)
        method: Callable[..., dict[str, Any]] = getattr(child, request.pop("do"))
        print(json.dumps(method(**request)), file=answers, flush=True)


def _memory_mib() -> dict[str, float]:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = dict(re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status))
    return {"rss_mib": int(found["VmRSS"]) / 1024, "peak_rss_mib": int(found["VmHWM"]) / 1024}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # answers are the only thing on the pipe
    fields = json.loads(sys.argv[1])
    paths = {name: Path(fields[name]) for name in ("folder", "exports")}
    try:
        child = open_child(StackSpec(**{**fields, **paths}), Path(sys.argv[2]))
    except StackMissing as error:
        print(json.dumps({"missing": str(error)}), file=answers, flush=True)
        return
    print(json.dumps({"ready": True}), file=answers, flush=True)
    serve(child, answers)


if __name__ == "__main__":
    main()
