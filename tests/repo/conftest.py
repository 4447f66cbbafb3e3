from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def package(root: Path) -> Path:
    return root / "netgpt_docs_service"


@pytest.fixture(scope="session")
def tracked_texts(root: Path) -> dict[str, str]:
    """Every tracked text file by its path from the root, as it is on disk."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True
    )
    texts = {}
    for name in listed.stdout.split("\0"):
        path = root / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            texts[name] = content.decode()
    return texts


@pytest.fixture(scope="session")
def modules(package: Path) -> dict[str, ast.Module]:
    """Every module of the package, parsed, by its path from the package."""
    return {
        path.relative_to(package).as_posix(): ast.parse(path.read_bytes())
        for path in sorted(package.rglob("*.py"))
    }


@pytest.fixture(scope="session")
def module_names(modules: dict[str, ast.Module]) -> list[str]:
    """Every module of the package, by the name it is imported by."""
    return [
        ".".join(("netgpt_docs_service", *Path(path).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        for path in modules
    ]
