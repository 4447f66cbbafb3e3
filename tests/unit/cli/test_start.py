"""Where threads are bounded: after the command line is read, before any library that has them."""

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
    print(json.dumps([threads, sorted(sys.modules)]), flush=True)
    os._exit(0)

start.limit_library_threads = report
main()
"""


@pytest.mark.parametrize(
    "line", ["serve --dev", "ingest .", "query question", "documents list", "doctor"]
)
def test_every_command_bounds_threads_before_a_library_starts_them(
    line: str, tmp_path: Path
) -> None:
    paths = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    reported = subprocess.check_output(
        [sys.executable, "-c", STOP_AT_THE_LIMIT, *line.split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths, "EMBEDDING_THREADS": "3"},
    )
    threads, modules = json.loads(reported)

    assert threads == 3
    assert HAVE_THREADS & set(modules) == set()
