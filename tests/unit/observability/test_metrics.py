"""Every metric of the embedder and of the store moves when what it counts happens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netgpt_docs_service.embedding.observer import Lane
from netgpt_docs_service.extraction.sandbox.observer import ProcessEnd
from netgpt_docs_service.observability.engine_run import EngineRun
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.store.store_observer import CircuitState, Outcome

RUN = EngineRun(
    lane=Lane.INGEST, texts=3, tokens=300, computed_tokens=312, wait_s=0.25, compute_s=0.125
)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.mark.parametrize(
    ("happen", "line"),
    [
        (
            lambda metrics: metrics.file_extracted("damaged_file", took_s=0.1),
            'netgpt_extraction_files_total{outcome="damaged_file"} 1.0',
        ),
        (
            lambda metrics: metrics.reader_ended(ProcessEnd.MEMORY),
            'netgpt_extraction_process_ends_total{reason="memory"} 1.0',
        ),
        (
            lambda metrics: metrics.readers_running(2),
            "netgpt_extraction_processes 2.0",
        ),
        (
            lambda metrics: metrics.files_waiting(3),
            "netgpt_extraction_waiting_files 3.0",
        ),
        (
            lambda metrics: metrics.watch_queue("query", lambda: 12.0),
            'netgpt_embedding_queue_tokens{lane="query"} 12.0',
        ),
        (
            lambda metrics: metrics.watch_backlog(lambda: 1.5),
            "netgpt_embedding_backlog_seconds 1.5",
        ),
        (
            lambda metrics: metrics.queued("ingest", texts=2, tokens=90),
            'netgpt_embedding_texts_total{lane="ingest",outcome="queued"} 2.0',
        ),
        (
            lambda metrics: metrics.refused("ingest", texts=2, tokens=90),
            'netgpt_embedding_tokens_total{lane="ingest",outcome="refused"} 90.0',
        ),
        (
            lambda metrics: metrics.dropped("ingest", texts=2, tokens=90),
            'netgpt_embedding_texts_total{lane="ingest",outcome="dropped"} 2.0',
        ),
        (
            lambda metrics: metrics.failed("query", texts=2, tokens=90),
            'netgpt_embedding_tokens_total{lane="query",outcome="failed"} 90.0',
        ),
        (
            lambda metrics: metrics.truncated("query", texts=1),
            'netgpt_embedding_truncated_inputs_total{lane="query"} 1.0',
        ),
        (
            lambda metrics: metrics.tokenized("query", tokens=12, took_s=0.5),
            'netgpt_embedding_tokenize_seconds_sum{lane="query"} 0.5',
        ),
        (
            lambda metrics: metrics.tokenized("query", tokens=12, took_s=0.5),
            'netgpt_embedding_tokenized_tokens_total{lane="query"} 12.0',
        ),
        (
            lambda metrics: metrics.embedding_chosen("torch", "f32", 1.0),
            'netgpt_embedding_info{engine="torch",precision="f32"} 1.0',
        ),
        (
            lambda metrics: metrics.embedding_chosen("torch", "f32", 0.9375),
            "netgpt_embedding_self_check_cosine 0.9375",
        ),
        (
            lambda metrics: metrics.embedding_fell_back("wrong_vectors"),
            'netgpt_embedding_fallbacks_total{reason="wrong_vectors"} 1.0',
        ),
        (
            lambda metrics: metrics.store_answered("rank", Outcome.ANSWERED, took_s=0.25),
            'netgpt_store_requests_total{operation="rank",outcome="answered"} 1.0',
        ),
        (
            lambda metrics: metrics.store_answered("rank", Outcome.NO_ROOM, took_s=0.25),
            'netgpt_store_seconds_sum{operation="rank"} 0.25',
        ),
        (
            lambda metrics: metrics.store_retried("upsert"),
            'netgpt_store_retries_total{operation="upsert"} 1.0',
        ),
        (
            lambda metrics: metrics.store_circuit_changed(CircuitState.OPEN),
            "netgpt_store_circuit_state 2.0",
        ),
        (lambda metrics: metrics.threads_chosen(4, 2), "netgpt_cpus_usable 4.0"),
        (lambda metrics: metrics.threads_chosen(4, 2), "netgpt_embedding_threads 2.0"),
    ],
)
def test_what_happens_is_counted(
    metrics: Metrics, happen: Callable[[Metrics], None], line: str
) -> None:
    assert line not in metrics.text().decode().splitlines()
    happen(metrics)
    assert line in metrics.text().decode().splitlines()


@pytest.mark.parametrize(
    "line",
    [
        'netgpt_embedding_texts_total{lane="ingest",outcome="finished"} 3.0',
        'netgpt_embedding_tokens_total{lane="ingest",outcome="finished"} 300.0',
        'netgpt_embedding_computed_tokens_total{lane="ingest"} 312.0',
        'netgpt_embedding_wait_seconds_sum{lane="ingest"} 0.25',
        'netgpt_embedding_compute_seconds_sum{lane="ingest"} 0.125',
        'netgpt_embedding_run_texts_sum{lane="ingest"} 3.0',
        'netgpt_embedding_run_padded_tokens_bucket{lane="ingest",le="512.0"} 1.0',
        'netgpt_embedding_run_padded_tokens_bucket{lane="ingest",le="256.0"} 0.0',
    ],
)
def test_a_run_of_the_engine_is_counted_with_its_shape(metrics: Metrics, line: str) -> None:
    metrics.finished(RUN)
    assert line in metrics.text().decode().splitlines()


def test_a_run_that_raised_is_counted_apart_from_its_texts(metrics: Metrics) -> None:
    metrics.raised(RUN)
    told = metrics.text().decode().splitlines()
    assert 'netgpt_embedding_failed_runs_total{lane="ingest"} 1.0' in told
    assert 'netgpt_embedding_compute_seconds_sum{lane="ingest"} 0.125' in told
    assert not any(line.startswith("netgpt_embedding_texts_total{") for line in told)
    assert 'netgpt_embedding_computed_tokens_total{lane="ingest"} 0.0' in told
