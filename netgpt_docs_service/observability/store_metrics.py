"""What is counted about a store that is a server."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5, 10, 20)


class StoreInstruments:
    """The instruments of one server's store, in the registry of its application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Declare every instrument."""
        self.requests = Counter(
            "netgpt_store_requests_total",
            "Requests to the store's server, by how they ended after their retries.",
            ["operation", "outcome"],
            registry=registry,
        )
        self.retries = Counter(
            "netgpt_store_retries_total",
            "Attempts that failed and were made again.",
            ["operation"],
            registry=registry,
        )
        self.seconds = Histogram(
            "netgpt_store_seconds",
            "Duration of a request to the store's server, its retries included.",
            ["operation"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.circuit = Gauge(
            "netgpt_store_circuit_state",
            "Whether requests are sent to the store's server: 0 all, 1 one that probes, 2 none.",
            registry=registry,
        )
