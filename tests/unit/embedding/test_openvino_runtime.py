"""OpenVINO and NNCF come with telemetry; through our door neither of them may use it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from netgpt_docs_service.embedding.openvino_runtime import ov

ROOT = Path(__file__).resolve().parents[3]


def test_converting_compiling_and_quantising_open_no_socket_and_leave_nothing_in_home(
    tmp_path: Path,
) -> None:
    # CI switches the reports off by itself, and so would whoever has opted out in this HOME.
    environment = {k: v for k, v in os.environ.items() if k not in {"CI", "NNCF_CI", "NNCF_DEV"}}
    subprocess.run(
        [sys.executable, "-m", "tests.support.silent_openvino"],
        cwd=ROOT,
        env={**environment, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        timeout=100,
    )

    assert list(tmp_path.iterdir()) == []


def test_the_package_that_reports_cannot_be_found_once_openvino_is_there() -> None:
    assert ov.get_version()
    assert find_spec("openvino_telemetry") is None
