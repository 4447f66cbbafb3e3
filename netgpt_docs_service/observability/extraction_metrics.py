"""What is counted about reading files."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40)


class ExtractionInstruments:
    """The instruments of one sandbox, in the registry of its application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Declare every instrument."""
        self.files = Counter(
            "netgpt_extraction_files_total",
            "Files that were to be read, by how that ended.",
            ["outcome"],
            registry=registry,
        )
        self.seconds = Histogram(
            "netgpt_extraction_seconds",
            "From a file's arrival to its text or its refusal.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.ends = Counter(
            "netgpt_extraction_process_ends_total",
            "Processes that read files and are gone.",
            ["reason"],
            registry=registry,
        )
        self.processes = Gauge(
            "netgpt_extraction_processes",
            "Processes that read files or wait for some.",
            registry=registry,
        )
        self.waiting = Gauge(
            "netgpt_extraction_waiting_files",
            "Files that wait for a process.",
            registry=registry,
        )
