"""The service over HTTP against its own parts: ingest rate, a query's overhead, time to searchable.

    python bench/service.py --data DIR [--documents 12] [--json FILE]

DIR holds a folder `peps` of long reStructuredText documents. The raw engine embeds the same
chunks in a process of its own, before and after the service did: the ratio is of one run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from netgpt_docs_service.cli.demo_service import RunningService, running_service
from netgpt_docs_service.domain.documents import Document
from netgpt_docs_service.settings import load_settings
from netgpt_docs_service.wiring.services import open_services

TIMING = re.compile(r"(\w+);dur=([\d.]+)")
QUESTIONS = (
    "How are type variables declared?",
    "What does the walrus operator do?",
    "When may a line be longer than 79 characters?",
    "How is an exception group caught?",
    "What is the buffer protocol?",
)


async def raw_rate(documents: list[dict[str, str]]) -> float:
    """Return the chunks per second of the engine alone, fed as the service feeds it."""
    with tempfile.TemporaryDirectory() as data_dir:
        async with open_services(
            load_settings(embedding_model="bundled", data_dir=data_dir)
        ) as services:
            cut = [
                await services.preview.preview(Document(doc_id="x", text=each["text"]))
                for each in documents
            ]
            ids = [passage.token_ids for passages in cut for passage in passages]
            embedder = services.search.embedder
            await embedder.embed_passages(ids[:32])
            began = time.perf_counter()
            for start in range(0, len(ids), 32):
                await embedder.embed_passages(ids[start : start + 32])
            return len(ids) / (time.perf_counter() - began)


async def ingest_rate(http: httpx.AsyncClient, documents: list[dict[str, str]]) -> float:
    """Return chunks per second from HTTP to durable and searchable, four requests at a time."""
    places = asyncio.Semaphore(4)

    async def one(document: dict[str, str]) -> int:
        async with places:
            answer = await http.post("/ingest", json=document)
            answer.raise_for_status()
            return int(answer.json()["chunks"])

    began = time.perf_counter()
    chunks = sum(await asyncio.gather(*(one(each) for each in documents)))
    return chunks / (time.perf_counter() - began)


async def query_times(http: httpx.AsyncClient, rounds: int) -> list[dict[str, float]]:
    """Return embed, search and overhead in milliseconds of each query, one at a time."""
    times = []
    for number in range(rounds):
        body = {"query": QUESTIONS[number % len(QUESTIONS)], "top_k": 5}
        began = time.perf_counter()
        answer = await http.post("/query", json=body)
        wall = (time.perf_counter() - began) * 1000
        answer.raise_for_status()
        parts = {
            name: float(value) for name, value in TIMING.findall(answer.headers["server-timing"])
        }
        spent = parts["embed"] + parts["search"]
        times.append(
            {
                "embed": parts["embed"],
                "search": parts["search"],
                "overhead": parts["total"] - spent,
                "client": wall - parts["total"],
            }
        )
    return times


async def searchable_s(http: httpx.AsyncClient, text: str) -> float:
    """Return the seconds from sending a two-page text until a query finds it."""
    began = time.perf_counter()
    (await http.post("/ingest", json={"doc_id": "two-pages", "text": text})).raise_for_status()
    condition = {"type": "eq", "key": "doc_id", "value": "two-pages"}
    answer = await http.post("/query", json={"query": QUESTIONS[0], "filter": condition})
    answer.raise_for_status()
    assert answer.json()
    return time.perf_counter() - began


async def measure(documents: list[dict[str, str]]) -> dict[str, Any]:
    before = await raw_rate(documents)
    with tempfile.TemporaryDirectory() as folder:
        async with running_service(Path(folder)) as service, client(service) as http:
            await http.post("/ingest", json={"doc_id": "warm", "text": documents[0]["text"][:4000]})
            rate = await ingest_rate(http, documents)
            times = await query_times(http, 200)
            two_pages_s = await searchable_s(http, documents[-1]["text"][:6000])
    after = await raw_rate(documents)
    raw = (before + after) / 2
    middle = {name: statistics.median(each[name] for each in times) for name in times[0]}
    return {
        "raw_chunks_per_s": raw,
        "service_chunks_per_s": rate,
        "ratio": rate / raw,
        "query_ms": middle,
        "two_pages_s": two_pages_s,
    }


def client(service: RunningService) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {service.key}"}
    return httpx.AsyncClient(base_url=service.address, headers=headers, timeout=600.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    paths = sorted((arguments.data / "peps").glob("*.rst"))[: arguments.documents]
    documents = [
        {"doc_id": path.name, "text": path.read_text(encoding="utf-8"), "source": path.name}
        for path in paths
    ]
    result = asyncio.run(measure(documents))
    query = result["query_ms"]
    rows = [
        ("raw engine, chunks/s", f"{result['raw_chunks_per_s']:.1f}", ""),
        ("HTTP to searchable, chunks/s", f"{result['service_chunks_per_s']:.1f}", ""),
        ("ratio", f"{result['ratio']:.2f}", f"target >= 0.85: {result['ratio'] >= 0.85}"),
        ("query: embedding, ms", f"{query['embed']:.1f}", ""),
        ("query: search, ms", f"{query['search']:.1f}", ""),
        (
            "query: all else in the service, ms",
            f"{query['overhead']:.2f}",
            f"target <= 3: {query['overhead'] <= 3}",
        ),
        ("query: client and loopback, ms", f"{query['client']:.2f}", ""),
        (
            "two pages searchable, s",
            f"{result['two_pages_s']:.2f}",
            f"target <= 2: {result['two_pages_s'] <= 2}",
        ),
    ]
    for name, value, verdict in rows:
        print(f"{name:32} {value:>10}  {verdict}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
