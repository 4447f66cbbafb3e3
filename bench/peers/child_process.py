"""A stack in a process of its own that stays alive and is asked in turn, over a pipe."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.peers.stack import StackMissing, StackSpec

_ROOT = Path(__file__).resolve().parents[2]
_ANSWER_S = 600.0
_STOP_S = 10.0


class StackProcess:
    """Ask the stack in the child; StackMissing when it cannot run here, with the reason."""

    def __init__(self, spec: StackSpec, workloads: Path, *, python: str, isa: str | None) -> None:
        """Start and wait until the stack has loaded its model."""
        self._log = workloads.with_name(f"{spec.kind}-{spec.precision}-{spec.batch}.log")
        fields = json.dumps(asdict(spec), default=str)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [python, "-m", "bench.peers.child", fields, str(workloads)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=_ROOT,
                env=_environment(spec.threads, isa),
            )
        answer = self._answer()
        if "missing" in answer:
            self.close()
            raise StackMissing(answer["missing"])

    def ask(self, do: str, **request: object) -> dict[str, Any]:
        """Return the answer to one request."""
        assert self._process.stdin is not None
        line = json.dumps({"do": do, **request}) + "\n"
        self._process.stdin.write(line.encode())
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the child: by the end of its requests, or by force."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_STOP_S)
        self._process.stdout.close()

    def _answer(self) -> dict[str, Any]:
        stdout = self._process.stdout
        assert stdout is not None
        is_there, _, _ = select.select([stdout], [], [], _ANSWER_S)
        line = stdout.readline() if is_there else b""
        if not line:
            self._process.kill()
            said = self._log.read_text(errors="replace").strip().splitlines()
            message = f"its process ended or hangs: {said[-1] if said else 'it said nothing'}"
            raise StackMissing(message)
        answer: dict[str, Any] = json.loads(line)
        return answer


def start_stack(
    spec: StackSpec, workloads: Path, *, pythons: Sequence[str], isa: str | None
) -> StackProcess:
    """Start the stack under the first of `pythons` that can run it; ours knows only this one."""
    reason = StackMissing("no Python to run it with")
    for python in (sys.executable, *pythons):
        try:
            return StackProcess(spec, workloads, python=python, isa=isa)
        except StackMissing as error:
            reason = error if python == sys.executable else reason
    raise reason


def _environment(threads: int, isa: str | None) -> dict[str, str]:
    limits = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    simulated = {"ONEDNN_MAX_CPU_ISA": isa} if isa else {}
    return {
        **os.environ,
        **limits,
        **simulated,
        "HF_HUB_OFFLINE": "1",
        "DO_NOT_TRACK": "1",
        "INFINITY_ANONYMOUS_USAGE_STATS": "0",
        "PYTHONPATH": str(_ROOT),
    }
