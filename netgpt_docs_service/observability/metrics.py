"""Everything this service counts; docs/metrics.md explains each."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from netgpt_docs_service.domain.documents import Receipt
from netgpt_docs_service.observability.embedding_metrics import EmbeddingInstruments
from netgpt_docs_service.observability.engine_run import EngineRun
from netgpt_docs_service.observability.extraction_metrics import ExtractionInstruments
from netgpt_docs_service.observability.store_metrics import StoreInstruments
from netgpt_docs_service.version import __version__

_INGEST_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60)
_QUERY_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5)


class Metrics:
    """The instruments of one application, in a registry of its own; safe from several threads."""

    def __init__(self) -> None:
        """Declare every instrument."""
        self.registry = CollectorRegistry()
        self._declare_documents()
        self._embedding = EmbeddingInstruments(self.registry)
        self._store = StoreInstruments(self.registry)
        self._extraction = ExtractionInstruments(self.registry)
        self._declare_refusals()
        self._declare_sweeps()
        self._url_fetches = Counter(
            "netgpt_url_fetches_total",
            "Files to be fetched by their URL, by how that ended.",
            ["outcome"],
            registry=self.registry,
        )
        build = Gauge(
            "netgpt_build_info",
            "Always 1; the version is a label.",
            ["version"],
            registry=self.registry,
        )
        build.labels(__version__).set(1)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def record_receipt(self, receipt: Receipt) -> None:
        """Count one finished write of a document."""
        self._documents.labels(receipt.status).inc()
        self._chunks.labels("embedded").inc(receipt.embedded)
        self._chunks.labels("reused").inc(receipt.reused)
        self._chunks.labels("deleted").inc(receipt.deleted)
        self._ingest_s.observe(receipt.took_ms / 1000)

    def record_deletion(self, *, documents: int, points: int) -> None:
        """Count documents that were deleted, and their chunks and pairs."""
        self._documents.labels("deleted").inc(documents)
        self._chunks.labels("deleted").inc(points)

    def record_sweep(self, *, expired: int, chunks: int, tombstones: int) -> None:
        """Count one sweep that came to its end, and what it removed."""
        self._sweeps.labels("done").inc()
        self._swept.labels("expired_documents").inc(expired)
        self._swept.labels("chunks").inc(chunks)
        self._swept.labels("tombstones").inc(tombstones)

    def record_failed_sweep(self) -> None:
        """Count one sweep that was given up."""
        self._sweeps.labels("failed").inc()

    def record_search(self, *, embed_ms: float, search_ms: float) -> None:
        """Count one answered question."""
        self._search_s.labels("embed").observe(embed_ms / 1000)
        self._search_s.labels("search").observe(search_ms / 1000)

    def record_problem(self, kind: str) -> None:
        """Count one request, or one item of a batch, that was answered with a problem."""
        self._problems.labels(kind).inc()

    def record_auth_failure(self, reason: str) -> None:
        """Count one request whose key was refused."""
        self._auth_failures.labels(reason).inc()

    def record_unhandled_error(self) -> None:
        """Count one error that nobody expected."""
        self._unhandled_errors.inc()

    def watch_queue(self, lane: str, read_tokens: Callable[[], float]) -> None:
        """Show, at every scrape, what `read_tokens` says waits for the embedding engine."""
        self._embedding.queue_tokens.labels(lane).set_function(read_tokens)

    def watch_backlog(self, read_seconds: Callable[[], float]) -> None:
        """Show, at every scrape, how long `read_seconds` says all that waits will take."""
        self._embedding.backlog_s.set_function(read_seconds)

    def embedding_chosen(self, engine: str, precision: str, cosine: float) -> None:
        """Show which engine embeds, and what its self-check said."""
        self._embedding.info.labels(engine, precision).set(1)
        self._embedding.cosine.set(cosine)

    def embedding_fell_back(self, reason: str) -> None:
        """Count one engine that was passed over, with one of a few reasons."""
        self._embedding.fallbacks.labels(reason).inc()

    def threads_chosen(self, cpus: int, threads: int) -> None:
        """Show how many CPUs there are for this process, and how many threads embed."""
        self._embedding.cpus.set(cpus)
        self._embedding.threads.set(threads)

    def tokenized(self, lane: str, *, tokens: int, took_s: float) -> None:
        """Count text that became tokens."""
        self._embedding.tokenize_s.labels(lane).observe(took_s)
        self._embedding.tokenized_tokens.labels(lane).inc(tokens)

    def queued(self, lane: str, *, texts: int, tokens: int) -> None:
        """Count work that the embedder took on."""
        self._embedding.count(lane, "queued", texts=texts, tokens=tokens)

    def refused(self, lane: str, *, texts: int, tokens: int) -> None:
        """Count work that the embedder refused because too much waits."""
        self._embedding.count(lane, "refused", texts=texts, tokens=tokens)

    def dropped(self, lane: str, *, texts: int, tokens: int) -> None:
        """Count queued texts that were left out because nobody waits for them any more."""
        self._embedding.count(lane, "dropped", texts=texts, tokens=tokens)

    def failed(self, lane: str, *, texts: int, tokens: int) -> None:
        """Count queued texts that the engine could not embed."""
        self._embedding.count(lane, "failed", texts=texts, tokens=tokens)

    def finished(self, unit: EngineRun) -> None:
        """Count one run of the engine that returned vectors, and its texts."""
        self._embedding.observe_run(unit)
        self._embedding.count(unit.lane, "finished", texts=unit.texts, tokens=unit.tokens)
        self._embedding.computed_tokens.labels(unit.lane).inc(unit.computed_tokens)

    def raised(self, unit: EngineRun) -> None:
        """Count one run of the engine that raised; what becomes of its texts is told apart."""
        self._embedding.observe_run(unit)
        self._embedding.failed_runs.labels(unit.lane).inc()

    def truncated(self, lane: str, *, texts: int) -> None:
        """Count inputs that were too long for the model and came as far as its engine."""
        self._embedding.truncated.labels(lane).inc(texts)

    def store_answered(self, operation: str, outcome: str, *, took_s: float) -> None:
        """Count one request to the store's server that ended."""
        self._store.requests.labels(operation, outcome).inc()
        self._store.seconds.labels(operation).observe(took_s)

    def store_retried(self, operation: str) -> None:
        """Count one attempt that failed and is made again."""
        self._store.retries.labels(operation).inc()

    def store_circuit_changed(self, state: int) -> None:
        """Show whether requests are sent to the store's server: 0 all, 1 one, 2 none."""
        self._store.circuit.set(state)

    def file_extracted(self, outcome: str, *, took_s: float) -> None:
        """Count one file that was read, refused or given up."""
        self._extraction.files.labels(outcome).inc()
        self._extraction.seconds.observe(took_s)

    def files_waiting(self, count: int) -> None:
        """Show how many files wait for a process that reads them."""
        self._extraction.waiting.set(count)

    def readers_running(self, count: int) -> None:
        """Show how many processes read files, or wait for some."""
        self._extraction.processes.set(count)

    def reader_ended(self, reason: str) -> None:
        """Count one process that read files and is gone."""
        self._extraction.ends.labels(reason).inc()

    def url_fetched(self, outcome: str) -> None:
        """Count one URL that a file was to be fetched from."""
        self._url_fetches.labels(outcome).inc()

    def _declare_documents(self) -> None:
        self._documents = Counter(
            "netgpt_documents_total",
            "Writes of documents, by how they ended.",
            ["status"],
            registry=self.registry,
        )
        self._chunks = Counter(
            "netgpt_chunks_total",
            "Chunks and pairs written and deleted.",
            ["how"],
            registry=self.registry,
        )
        self._ingest_s = Histogram(
            "netgpt_ingest_seconds",
            "From acceptance of a document to its receipt.",
            buckets=_INGEST_BUCKETS_S,
            registry=self.registry,
        )
        self._search_s = Histogram(
            "netgpt_search_seconds",
            "The steps of answering one question.",
            ["step"],
            buckets=_QUERY_BUCKETS_S,
            registry=self.registry,
        )

    def _declare_sweeps(self) -> None:
        self._sweeps = Counter(
            "netgpt_sweeps_total", "Sweeps, by how they ended.", ["outcome"], registry=self.registry
        )
        self._swept = Counter(
            "netgpt_swept_total", "What sweeps removed.", ["what"], registry=self.registry
        )

    def _declare_refusals(self) -> None:
        self._problems = Counter(
            "netgpt_problems_total",
            "Requests and batch items answered with a problem.",
            ["kind"],
            registry=self.registry,
        )
        self._auth_failures = Counter(
            "netgpt_auth_failures_total",
            "Requests whose key was refused.",
            ["reason"],
            registry=self.registry,
        )
        self._unhandled_errors = Counter(
            "netgpt_unhandled_errors_total",
            "Errors that nobody expected: each is a bug.",
            registry=self.registry,
        )
