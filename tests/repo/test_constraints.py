from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

PIN = re.compile(r"[a-z0-9][a-z0-9-]*==[0-9][A-Za-z0-9.!]*( ; .+)?")


@pytest.fixture(scope="session")
def pins(root: Path) -> list[str]:
    lines = (root / "constraints.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_constraints_are_plain_pins_for_any_machine(pins: list[str]) -> None:
    assert [line for line in pins if not PIN.fullmatch(line)] == []


def test_constraints_pull_no_cuda_packages(pins: list[str]) -> None:
    assert [line for line in pins if line.startswith(("nvidia-", "cuda-", "triton"))] == []


def test_every_direct_dependency_is_pinned(root: Path, pins: list[str]) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = {
        re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0].lower()
        for line in (*project["dependencies"], *(line for extra in extras for line in extra))
    }

    assert wanted - {project["name"]} - {line.partition("==")[0] for line in pins} == set()
