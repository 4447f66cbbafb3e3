"""The kernel is told which of the engine's own threads go first."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netgpt_docs_service.embedding.engine import Engine, EngineLanes
from netgpt_docs_service.embedding.engine_choice import EngineWish
from tests.support.engines import choose_engine

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread"),
]
WORK_S = 0.6
BUSY_TICKS = 8  # of 10 ms


@pytest.fixture(scope="module")
def lanes(small_folder: Path, model_cache: Path) -> EngineLanes:
    """Enough threads that questions are answered by several, too."""
    wish = EngineWish(engine="openvino", threads=4, cache_dir=model_cache, has_bf16=False)
    return choose_engine(small_folder, wish)


def ticks_and_niceness() -> Iterator[tuple[str, int, int]]:
    for task in Path("/proc/self/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        yield task.name, int(fields[11]) + int(fields[12]), int(fields[16])


def niceness_of_busy_threads(engine: Engine) -> set[int]:
    before = {name: ticks for name, ticks, _ in ticks_and_niceness()}
    ends = time.monotonic() + WORK_S
    while time.monotonic() < ends:
        engine.compute([[9] * 290] * 4)
    after = list(ticks_and_niceness())
    return {nice for name, ticks, nice in after if ticks - before.get(name, 0) >= BUSY_TICKS}


def test_no_thread_that_answers_questions_gives_way(lanes: EngineLanes) -> None:
    assert niceness_of_busy_threads(lanes.query) == {0}


def test_the_threads_that_compute_ingest_give_way(lanes: EngineLanes) -> None:
    assert 15 in niceness_of_busy_threads(lanes.ingest[0])
