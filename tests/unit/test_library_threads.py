"""Threads of foreign libraries: bounded by variables that they read once, when they are loaded."""

from __future__ import annotations

import os

import pytest

from netgpt_docs_service.settings import limit_library_threads

COUNTS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*COUNTS, "TOKENIZERS_PARALLELISM"):
        monkeypatch.setenv(variable, "")  # so that it is restored, even if it was not there
        monkeypatch.delenv(variable)


def test_every_library_is_told_the_number() -> None:
    limit_library_threads(3)

    assert [os.environ[variable] for variable in COUNTS] == ["3"] * 4
    assert "TOKENIZERS_PARALLELISM" not in os.environ


def test_with_one_thread_the_tokenizer_needs_no_pool() -> None:
    limit_library_threads(1)

    assert os.environ["TOKENIZERS_PARALLELISM"] == "false"


def test_what_the_operator_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "true")

    limit_library_threads(1)

    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert os.environ["TOKENIZERS_PARALLELISM"] == "true"
