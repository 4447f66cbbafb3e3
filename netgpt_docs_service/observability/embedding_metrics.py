"""What is counted about embedding: the instruments, and which of them a run of an engine moves."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from netgpt_docs_service.observability.engine_run import EngineRun

_LANES = ("query", "ingest")
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5)
_TEXTS = (1, 2, 4, 8, 16, 32, 64)
_TOKENS = (8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)


class EmbeddingInstruments:
    """The instruments of one embedder, in the registry of its application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Declare every instrument."""
        self._registry = registry
        self._declare_queue()
        self._declare_runs()
        self._declare_run_counts()
        self._declare_tokenizer()
        self._declare_engine()
        for lane in _LANES:  # what should stay 0 is shown as 0, not left out
            self.truncated.labels(lane)
            self.computed_tokens.labels(lane)
            self.failed_runs.labels(lane)

    def count(self, lane: str, outcome: str, *, texts: int, tokens: int) -> None:
        """Count what became of some texts."""
        self.texts.labels(lane, outcome).inc(texts)
        self.tokens.labels(lane, outcome).inc(tokens)

    def observe_run(self, run: EngineRun) -> None:
        """Measure one run, however it ended."""
        self.wait_s.labels(run.lane).observe(max(0.0, run.wait_s))
        self.compute_s.labels(run.lane).observe(run.compute_s)
        self.run_texts.labels(run.lane).observe(run.texts)
        self.run_tokens.labels(run.lane).observe(run.computed_tokens)

    def _declare_queue(self) -> None:
        self.queue_tokens = Gauge(
            "netgpt_embedding_queue_tokens",
            "Tokens that wait for the engine.",
            ["lane"],
            registry=self._registry,
        )
        self.backlog_s = Gauge(
            "netgpt_embedding_backlog_seconds",
            "How long the work that waits will take, at the speed measured.",
            registry=self._registry,
        )
        self.texts = Counter(
            "netgpt_embedding_texts_total",
            "Texts, by what became of them.",
            ["lane", "outcome"],
            registry=self._registry,
        )
        self.tokens = Counter(
            "netgpt_embedding_tokens_total",
            "Tokens, by what became of them.",
            ["lane", "outcome"],
            registry=self._registry,
        )
        self.truncated = Counter(
            "netgpt_embedding_truncated_inputs_total",
            "Inputs longer than the model takes that reached an engine's thread: each is a bug.",
            ["lane"],
            registry=self._registry,
        )

    def _declare_runs(self) -> None:
        self.wait_s = Histogram(
            "netgpt_embedding_wait_seconds",
            "Wait of the oldest text of a run.",
            ["lane"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.compute_s = Histogram(
            "netgpt_embedding_compute_seconds",
            "Duration of a run of the engine.",
            ["lane"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.run_texts = Histogram(
            "netgpt_embedding_run_texts",
            "Texts in a run of the engine.",
            ["lane"],
            buckets=_TEXTS,
            registry=self._registry,
        )
        self.run_tokens = Histogram(
            "netgpt_embedding_run_padded_tokens",
            "Tokens in a run of the engine, padding included.",
            ["lane"],
            buckets=_TOKENS,
            registry=self._registry,
        )

    def _declare_run_counts(self) -> None:
        self.computed_tokens = Counter(
            "netgpt_embedding_computed_tokens_total",
            "Tokens that engines computed, padding included.",
            ["lane"],
            registry=self._registry,
        )
        self.failed_runs = Counter(
            "netgpt_embedding_failed_runs_total",
            "Runs in which the engine raised.",
            ["lane"],
            registry=self._registry,
        )

    def _declare_tokenizer(self) -> None:
        self.tokenize_s = Histogram(
            "netgpt_embedding_tokenize_seconds",
            "Duration of turning text into tokens.",
            ["lane"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.tokenized_tokens = Counter(
            "netgpt_embedding_tokenized_tokens_total",
            "Tokens that text was turned into.",
            ["lane"],
            registry=self._registry,
        )

    def _declare_engine(self) -> None:
        self.info = Gauge(
            "netgpt_embedding_info",
            "Always 1; the engine that was chosen is in the labels.",
            ["engine", "precision"],
            registry=self._registry,
        )
        self.cosine = Gauge(
            "netgpt_embedding_self_check_cosine",
            "Smallest cosine of the self-check between the engine's vectors and the f32 ones.",
            registry=self._registry,
        )
        self.fallbacks = Counter(
            "netgpt_embedding_fallbacks_total",
            "Engines that were passed over at the start.",
            ["reason"],
            registry=self._registry,
        )
        self.cpus = Gauge(
            "netgpt_cpus_usable", "CPUs that this process may use.", registry=self._registry
        )
        self.threads = Gauge(
            "netgpt_embedding_threads",
            "Threads that the engine computes on.",
            registry=self._registry,
        )
