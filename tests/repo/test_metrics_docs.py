from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

INSTRUMENTS = {"Counter", "Gauge", "Histogram", "Summary", "Info"}


@pytest.fixture(scope="session")
def declared(modules: dict[str, ast.Module]) -> set[str]:
    """The names of all instruments; whether a counter says `_total` here makes no difference."""
    return {
        node.args[0].value.removesuffix("_total")
        for module in modules.values()
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name | ast.Attribute)
        and ast.unparse(node.func).rpartition(".")[2] in INSTRUMENTS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_the_metrics_declared_are_the_metrics_explained(root: Path, declared: set[str]) -> None:
    page = (root / "docs" / "metrics.md").read_text()
    named = re.findall(r"`(netgpt_[a-z0-9_]+)[`{]", page)
    explained = {name.removesuffix("_total") for name in named}

    assert declared == explained
