"""Questions beside ingest, over HTTP: their latency when idle and under full load, and the price.

    python bench/lanes.py [--model bundled|small] [--json FILE]

A real service; three clients keep it busy with distinct documents of 1,000,000 characters, while
questions come at a fixed pace and are timed from the moment they were due. `small` has the size of
bge-small and made-up weights.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import random
import re
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from bench.peers.models import make_model
from bench.peers.texts import single_token_words
from tests.support.service_process import KEY, ServiceProcess

CHARACTERS = 1_000_000
DOCUMENTS = 24
QUESTION_WORDS = 10
SEED = 7
BEGIN_S = 300.0
P99_MARK = 2.0
RATE_MARK = 0.85
FINISHED = re.compile(
    r"^netgpt_embedding_tokens_total\{"
    r'(?=[^}]*lane="ingest")(?=[^}]*outcome="finished")[^}]*\} (\S+)',
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """What questions took, in milliseconds."""

    p50: float
    p95: float
    p99: float
    longest: float
    count: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """Latencies of questions and tokens per second of ingest, each alone and both together."""

    idle: Latencies
    loaded: Latencies
    ingest_alone: float
    ingest_queried: float

    @property
    def p99_ratio(self) -> float:
        return self.loaded.p99 / self.idle.p99

    @property
    def rate_ratio(self) -> float:
        return self.ingest_queried / self.ingest_alone


class Bench:
    """One running service, its clients and its texts."""

    def __init__(self, arguments: argparse.Namespace, http: httpx.AsyncClient) -> None:
        self._http = http
        self._clients = arguments.clients
        self._count = arguments.queries
        self._pace_s = arguments.pace_ms / 1000
        self._chance = random.Random(SEED)
        self._words = single_token_words(make_model("bundled", Path()).folder / "tokenizer.json")
        # Made before the first measurement: making one takes this process 0.1 s.
        self._documents = [self._text() for _ in range(DOCUMENTS)]

    async def measure(self) -> Lanes:
        await self._post("/ingest", {"doc_id": "first", "text": self._documents[0][:4000]})
        await self.questions(20)
        idle = await self.questions(self._count)
        async with self._ingesting():
            before = await self._rate_alone()
            began, tokens = time.perf_counter(), await self._tokens()
            loaded = await self.questions(self._count)
            queried = (await self._tokens() - tokens) / (time.perf_counter() - began)
            after = await self._rate_alone()
        alone = statistics.mean((before, after))
        return Lanes(idle=idle, loaded=loaded, ingest_alone=alone, ingest_queried=queried)

    async def questions(self, count: int) -> Latencies:
        """Ask one question at each turn of the pace, whether the one before is answered or not."""
        began = time.perf_counter()

        async def ask(due_s: float) -> float | None:
            await asyncio.sleep(due_s - time.perf_counter())
            words = " ".join(self._chance.choices(self._words, k=QUESTION_WORDS))
            answer = await self._http.post("/query", json={"query": words, "top_k": 5})
            return 1000 * (time.perf_counter() - due_s) if answer.is_success else None

        due = [began + number * self._pace_s for number in range(count)]
        answers = await asyncio.gather(*map(ask, due))
        times = sorted(each for each in answers if each is not None) or [math.nan]
        return Latencies(
            p50=_percentile(times, 0.50),
            p95=_percentile(times, 0.95),
            p99=_percentile(times, 0.99),
            longest=times[-1],
            count=count,
            failed=answers.count(None),
        )

    @asynccontextmanager
    async def _ingesting(self) -> AsyncIterator[None]:
        """Keep every client sending documents, from the first embedded token to the end."""
        numbered = iter(enumerate(self._documents))
        first = await self._tokens()
        tasks = [asyncio.create_task(self._client(numbered)) for _ in range(self._clients)]
        try:
            async with asyncio.timeout(BEGIN_S):
                await self._embedded_since(first)
            yield
            for task in tasks:
                if task.done():  # failed, or there was nothing left to send
                    task.result()
                    message = "the documents ran out: the service was not saturated"
                    raise RuntimeError(message)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _embedded_since(self, first: float) -> None:
        while await self._tokens() <= first:  # noqa: ASYNC110  it happens in another process
            await asyncio.sleep(0.1)

    async def _client(self, numbered: Iterator[tuple[int, str]]) -> None:
        for number, text in numbered:
            await self._post("/ingest", {"doc_id": f"document-{number}", "text": text})

    async def _rate_alone(self) -> float:
        began, tokens = time.perf_counter(), await self._tokens()
        await asyncio.sleep(self._count * self._pace_s)
        return (await self._tokens() - tokens) / (time.perf_counter() - began)

    async def _tokens(self) -> float:
        """Return the tokens of ingest that the engine has finished since the start."""
        answer = await self._http.get("/metrics")
        return sum(float(value) for value in FINISHED.findall(answer.text))

    async def _post(self, path: str, body: dict[str, str]) -> None:
        (await self._http.post(path, json=body)).raise_for_status()

    def _text(self) -> str:
        parts: list[str] = []
        length = 0
        for number in itertools.count():
            words = self._chance.choices(self._words, k=12)
            parts.append(" ".join(words) + (".\n\n" if number % 8 == 7 else ". "))
            length += len(parts[-1])
            if length >= CHARACTERS:
                break
        return "".join(parts)[:CHARACTERS]


def _percentile(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, round(share * (len(times) - 1)))]


async def run(arguments: argparse.Namespace) -> Lanes:
    with tempfile.TemporaryDirectory(
        prefix="bench-lanes-",
        ignore_cleanup_errors=True,  # the store is still closing
    ) as temporary:
        work = Path(temporary)
        is_bundled = arguments.model == "bundled"
        settings = {
            "EMBEDDING_MODEL": "bundled" if is_bundled else str(make_model("small", work).folder),
            "INGEST_DEADLINE_S": "36000",
            "EMBEDDING_QUEUE_TOKENS": "8000000",
        }
        service = ServiceProcess(work / "data", settings)
        try:
            address = await asyncio.to_thread(service.start_and_wait)
            headers = {"Authorization": f"Bearer {KEY}"}
            limits = httpx.Limits(max_connections=None)
            async with httpx.AsyncClient(
                base_url=address, headers=headers, timeout=36000.0, limits=limits
            ) as http:
                return await Bench(arguments, http).measure()
        finally:
            service.kill_group()  # half of what it was given is still waiting


def print_report(found: Lanes) -> None:
    print(f"{'questions, ms':24} {'p50':>8} {'p95':>8} {'p99':>8} {'longest':>8} {'failed':>7}")
    for name, each in (("idle", found.idle), ("under full ingest", found.loaded)):
        print(
            f"{name:24} {each.p50:8.1f} {each.p95:8.1f} {each.p99:8.1f} {each.longest:8.1f}"
            f" {each.failed:>7}"
        )
    print(f"{'ingest alone':24} {found.ingest_alone:8.0f} tokens/s")
    print(f"{'ingest while queried':24} {found.ingest_queried:8.0f} tokens/s")
    for what, value, mark, is_met in marks(found):
        print(f"  {'PASS' if is_met else 'MISS'} {what}: {value:.2f} (wanted {mark})")


def marks(found: Lanes) -> Iterator[tuple[str, float, str, bool]]:
    ratio, rate = found.p99_ratio, found.rate_ratio
    yield "p99 under ingest over p99 idle", ratio, f"<= {P99_MARK:g}", ratio <= P99_MARK
    yield "ingest's rate while queried", rate, f">= {RATE_MARK:g}", rate >= RATE_MARK
    failed = found.idle.failed + found.loaded.failed
    yield "questions that failed", failed, "0", failed == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=("bundled", "small"), default="bundled")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--pace-ms", type=float, default=50.0)
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = asyncio.run(run(arguments))
    print_report(found)
    if arguments.json:
        ratios = {"p99_ratio": found.p99_ratio, "rate_ratio": found.rate_ratio}
        content = {"model": arguments.model, **asdict(found), **ratios}
        arguments.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
