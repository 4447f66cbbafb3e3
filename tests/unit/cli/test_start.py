"""Where libraries are bounded: after the command line is read, before any of them is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HAVE_THREADS = {"numpy", "openvino", "scipy", "tokenizers", "torch"}

STOP_AT_THE_LIMIT = """
import json, os, sys
import netgpt_docs_service.cli.start as start
from netgpt_docs_service.__main__ import main

def report(threads):
    isa = os.environ.get("ONEDNN_MAX_CPU_ISA")
    print(json.dumps([threads, isa, sorted(sys.modules)]), flush=True)
    os._exit(0)

start.limit_library_threads = report
main()
"""


@pytest.mark.parametrize(
    "line",
    [
        "serve --dev",
        "ingest .env",
        "query question",
        "documents list",
        "doctor",
        "fsck",
        "export -",
        "import -",
    ],
)
def test_every_command_bounds_the_libraries_before_they_are_loaded(
    line: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("ONEDNN_MAX_CPU_ISA=AVX512_CORE_VNNI\n")
    paths = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    reported = subprocess.check_output(
        [sys.executable, "-c", STOP_AT_THE_LIMIT, *line.split()],
        cwd=tmp_path,
        env={**os.environ, "ONEDNN_MAX_CPU_ISA": "", "PYTHONPATH": paths, "EMBEDDING_THREADS": "3"},
    )
    threads, isa, modules = json.loads(reported)

    assert (threads, isa) == (3, "AVX512_CORE_VNNI")
    assert HAVE_THREADS & set(modules) == set()
