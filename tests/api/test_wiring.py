"""What a start says of the engine that it chose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from netgpt_docs_service.embedding.engine import EngineDescription, EngineLanes
from netgpt_docs_service.embedding.load import LoadedModel
from netgpt_docs_service.embedding.model_folder import ModelFolder
from netgpt_docs_service.embedding.model_profile import read_profile
from netgpt_docs_service.embedding.model_tokenizer import load_tokenizer
from netgpt_docs_service.embedding.observer import EmbeddingObserver
from netgpt_docs_service.embedding.scheduled_embedder import ScheduledEmbedder
from netgpt_docs_service.embedding.work_queue import WorkQueue
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.usecases.health import HealthStatus
from netgpt_docs_service.wiring import model
from netgpt_docs_service.wiring.services import open_services
from tests.support.fakes import FINGERPRINT
from tests.support.models import LengthEngine

CHOSEN = EngineDescription(
    engine="openvino",
    precision="f32",
    self_check_cosine=0.9995,
    fell_back=("wrong_vectors", "unusable", "unusable"),
)


@pytest.fixture
def _faster_engines_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every start find the same engine, on a machine of five CPUs."""

    def load(
        folder: ModelFolder, *, name: str, observer: EmbeddingObserver, **_: object
    ) -> LoadedModel:
        engine = LengthEngine()
        tokenizer = load_tokenizer(folder.tokenizer_file, query_prefix="", passage_prefix="")
        embedder = ScheduledEmbedder(
            EngineLanes(query=engine, ingest=(engine,), description=CHOSEN),
            tokenizer=tokenizer,
            fingerprint=replace(FINGERPRINT, max_tokens=512),
            queue=WorkQueue(limit_tokens=10_000, tokens_per_s=100, observer=observer),
            observer=observer,
        )
        return LoadedModel(embedder, tokenizer, read_profile(folder, name=name))

    monkeypatch.setattr(model, "load_embedding", load)
    monkeypatch.setattr(model, "usable_cpus", lambda: 5)


@pytest.mark.usefixtures("_faster_engines_failed")
@pytest.mark.parametrize(("wanted", "threads"), [(0, 5), (3, 3)])
async def test_a_start_shows_its_engine_what_it_passed_over_and_its_threads(
    tmp_path: Path, small_folder: Path, wanted: int, threads: int
) -> None:
    metrics = Metrics()
    settings = Settings(
        _env_file=None,
        embedding_model=str(small_folder),
        embedding_threads=wanted,
        data_dir=tmp_path / "data",
    )

    async with open_services(settings, metrics=metrics):
        shown = set(metrics.text().decode().splitlines())

    assert shown >= {
        'netgpt_embedding_info{engine="openvino",precision="f32"} 1.0',
        "netgpt_embedding_self_check_cosine 0.9995",
        'netgpt_embedding_fallbacks_total{reason="wrong_vectors"} 1.0',
        'netgpt_embedding_fallbacks_total{reason="unusable"} 2.0',
        "netgpt_cpus_usable 5.0",
        f"netgpt_embedding_threads {threads}.0",
    }


@pytest.mark.usefixtures("_faster_engines_failed")
async def test_a_start_with_the_server_away_owns_no_folder_and_is_not_ready(
    tmp_path: Path, small_folder: Path
) -> None:
    settings = Settings(
        _env_file=None,
        embedding_model=str(small_folder),
        data_dir=tmp_path / "data",
        qdrant_url="http://127.0.0.1:1",
        qdrant_timeout_s=2,
    )

    async with open_services(settings) as services:
        health = await services.health.check()

    assert not services.health.is_store_open()
    assert not settings.data_dir.exists()
    assert set(health.checks) == {"store", "model", "queue"}
    assert health.checks["store"].status is HealthStatus.UNHEALTHY
