from __future__ import annotations

import json
import subprocess
import sys

import pytest

LOADS_HEAVY_LIBRARIES = {
    "netgpt_docs_service.embedding.converter": "runs in a process of its own",
    "netgpt_docs_service.embedding.openvino_engine": "an engine; imported only to load a model",
    "netgpt_docs_service.embedding.openvino_runtime": "the door to OpenVINO, for engines only",
    "netgpt_docs_service.embedding.quantization": "imported only to make an int8 model",
    "netgpt_docs_service.embedding.torch_engine": "an engine; imported only to load a model",
}
"""Modules that may load them when imported, each with the reason."""

MODEL_LIBRARIES = {"celery", "openvino", "sentence_transformers", "torch", "transformers"}
EDGE_LIBRARIES = {"fastapi", "qdrant_client", "qdrant_edge", "redis", "starlette", "uvicorn"}

REPORT = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="session")
def use_case_names(module_names: list[str]) -> list[str]:
    return [name for name in module_names if ".usecases" in name]


def test_use_cases_load_neither_a_model_library_nor_the_edge(use_case_names: list[str]) -> None:
    loaded = json.loads(
        subprocess.check_output([sys.executable, "-c", REPORT, *use_case_names], text=True)
    )

    assert (MODEL_LIBRARIES | EDGE_LIBRARIES) & set(loaded) == set()


def test_importing_the_package_loads_no_model_library(module_names: list[str]) -> None:
    light = [name for name in module_names if name not in LOADS_HEAVY_LIBRARIES]
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", REPORT, *light], text=True))

    assert MODEL_LIBRARIES & set(loaded) == set()
