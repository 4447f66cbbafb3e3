"""What a service costs by model: time to ready, first and second start, and resident memory.

    python bench/capacity.py [--models bundled,small] [--json FILE]

`--models bundled,small,base,large` adds two that take minutes, and gigabytes of memory. `small`,
`base` and `large` have the sizes of the BGE models and made-up weights. The memory is that of the
service's process after a start, and after a document of 200,000 characters and 50 questions; the
child process that holds the store is counted beside it.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from bench.peers.models import make_model
from bench.peers.texts import single_token_words
from tests.support.resident_memory import resident_mb
from tests.support.service_process import KEY, ServiceProcess, wait_until

READY_S = 900.0
WORDS, QUESTIONS, SEED = 40_000, 50, 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds and MiB of one model."""

    model: str
    engine: str
    first_start_s: float
    second_start_s: float
    ready_mb: float
    worked_mb: float
    store_mb: float
    converted_mb: float


def started_s(service: ServiceProcess) -> float:
    """Start `service` and return the seconds until it is ready."""
    began = time.perf_counter()
    service.start()
    wait_until(lambda: service.is_ready() or not service.is_running(), READY_S)
    if not service.is_running():
        raise RuntimeError(service.log.read_text(errors="replace"))
    return time.perf_counter() - began


def work(address: str, words: list[str]) -> str:
    """Let the service ingest and answer; return what it says of its engine."""
    chance = random.Random(SEED)
    text = ". ".join(" ".join(chance.choices(words, k=20)) for _ in range(WORDS // 20))
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=address, headers=headers, timeout=READY_S) as http:
        http.post("/ingest", json={"doc_id": "d", "text": text}).raise_for_status()
        for _ in range(QUESTIONS):
            question = " ".join(chance.choices(words, k=chance.randrange(3, 20)))
            http.post("/query", json={"query": question}).raise_for_status()
        return str(http.get("/health").json()["checks"]["model"]["detail"])


def measure(name: str, folder: Path) -> Cost:
    """Start a service with an empty cache, stop it, start it again and let it work."""
    model, cache = make_model(name, folder), folder / f"{name}-cache"
    settings = {
        "EMBEDDING_MODEL": "bundled" if name == "bundled" else str(model.folder),
        "EMBEDDING_CACHE_DIR": str(cache),
        "INGEST_DEADLINE_S": "3600",
    }
    words = single_token_words(make_model("bundled", folder).folder / "tokenizer.json")
    service = ServiceProcess(folder / f"{name}-data", settings)
    first_s = started_s(service)
    service.stop()
    second_s = started_s(service)
    try:
        assert service.process is not None
        ready_mb = resident_mb(service.process.pid)
        said, store_pid = work(service.address, words), service.engine_pid()
        assert store_pid is not None
        return Cost(
            model=name,
            engine=said[said.rfind("(") + 1 : said.rfind(")")],
            first_start_s=first_s,
            second_start_s=second_s,
            ready_mb=ready_mb,
            worked_mb=resident_mb(service.process.pid),
            store_mb=resident_mb(store_pid),
            converted_mb=sum(each.stat().st_size for each in cache.rglob("*.*")) / 2**20,
        )
    finally:
        service.kill_group()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="bundled,small")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    print("| model | engine | first start | second start | ready | after work | store | on disk |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    costs = []
    with tempfile.TemporaryDirectory(
        prefix="bench-capacity-",
        ignore_cleanup_errors=True,  # the store is still closing
    ) as folder:
        for name in arguments.models.split(","):
            cost = measure(name, Path(folder))
            costs.append(cost)
            print(
                f"| {cost.model} | {cost.engine} | {cost.first_start_s:.1f} s "
                f"| {cost.second_start_s:.1f} s | {cost.ready_mb:.0f} MiB "
                f"| {cost.worked_mb:.0f} MiB | {cost.store_mb:.0f} MiB "
                f"| {cost.converted_mb:.0f} MiB |",
                flush=True,
            )
    if arguments.json:
        content = [asdict(cost) for cost in costs]
        arguments.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
