"""Ranking quality: nDCG@10 of hybrid against its parts and other fusions, on sets of DIR.

python bench/retrieval.py --data DIR [--sets squad-a,cranfield-a] [--precisions auto] [--json FILE]

A set is a folder with corpus.jsonl, queries.jsonl and qrels.tsv. Every way to fuse gets the same
candidates; ours is asked as a reader asks. With several precisions, `f32,bf16,int8`, each is also
held against the first one.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import math
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.rankings.fusions import RRF_SWEEP, Fusion, by_cosine, by_words, rrf, standardised
from netgpt_docs_service.domain.chunks import chunk_id
from netgpt_docs_service.domain.documents import Document, DocumentFields
from netgpt_docs_service.domain.search import Candidate, CandidateQuery, Question, SearchMode
from netgpt_docs_service.errors import ServiceError
from netgpt_docs_service.settings import load_settings
from netgpt_docs_service.store.interface import DocumentStore, ManifestQuery
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.wiring.services import open_services

TENANT = "bench"
TOP = 10
DEPTH = 100
FUSIONS: dict[str, Fusion] = {
    "dense": by_cosine,
    "BM25": by_words,
    "RRF 2, words x2": rrf(2, words=2.0),
    "RRF 10, words x2": rrf(10, words=2.0),
    **{f"RRF {k}": rrf(k) for k in RRF_SWEEP},
    "z-scores": standardised,
}
PLAIN = tuple(f"RRF {k}" for k in RRF_SWEEP)
SHOWN = ("dense", "BM25", "RRF 2", "RRF 60", "RRF 10, words x2", "best RRF", "z-scores", "hybrid")
WANTED_OVER_PARTS = {"squad-a": 0.0}
WANTED_OVER_RRF = {"squad-a": 0.015, "mean": 0.0}
NEVER_BELOW_PARTS = -0.01


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def relevance(path: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            judged[row["query_id"]][row["doc_id"]] = int(row["relevance"])
    return judged


def ndcg(found: Sequence[str], judged: Mapping[str, int]) -> float:
    gains = [judged.get(doc_id, 0) for doc_id in found[:TOP]]
    best = sorted(judged.values(), reverse=True)[:TOP]
    return discounted(gains) / discounted(best)


def discounted(gains: Sequence[int]) -> float:
    return math.fsum((2**gain - 1) / math.log2(place + 2) for place, gain in enumerate(gains))


async def load(services: Services, corpus: Sequence[Mapping[str, str]]) -> None:
    documents = [
        Document(
            doc_id=each["doc_id"],
            text=each["text"],
            fields=DocumentFields(title=each["title"]),
        )
        for each in corpus
        if each["text"].strip()
    ]
    for start in range(0, len(documents), 64):
        answers = await services.ingest_many.ingest(TENANT, documents[start : start + 64])
        for answer in answers:
            if isinstance(answer, ServiceError):
                raise answer


async def owners(store: DocumentStore) -> dict[str, str]:
    """Return the document of every chunk."""
    found: dict[str, str] = {}
    cursor: str | None = None
    while True:
        query = ManifestQuery(now=datetime.now(UTC), limit=1_000, cursor=cursor)
        page = await store.manifests(TENANT, query)
        for each in page.entries:
            for index in range(each.chunk_count):
                found[chunk_id(TENANT, each.doc_id, each.generation or "", index)] = each.doc_id
        if (cursor := page.next_cursor) is None:
            return found


def documents(
    candidates: Sequence[Candidate], scores: Sequence[float], owner: Mapping[str, str]
) -> list[str]:
    """Return the documents of the candidates, best first, each once."""
    paired = sorted(zip(scores, candidates, strict=True), key=lambda each: -each[0])
    return list(dict.fromkeys(owner[candidate.chunk_id] for _, candidate in paired))


async def one_query(
    services: Services, text: str, judged: Mapping[str, int], owner: Mapping[str, str]
) -> dict[str, float]:
    search = services.search
    vector = await search.embedder.embed_query(text)
    query = CandidateQuery(
        text=text, vector=vector, mode=SearchMode.HYBRID, limit=DEPTH, now=datetime.now(UTC)
    )
    candidates = await search.store.candidates(TENANT, query)
    reached = {
        name: ndcg(documents(candidates, fusion(candidates), owner), judged)
        for name, fusion in FUSIONS.items()
    }
    question = Question(text=text, top_k=TOP, per_document=1)
    hits = (await search.search(TENANT, question)).hits
    return {**reached, "hybrid": ndcg([hit.chunk.doc_id for hit in hits], judged)}


async def measure(folder: Path, precision: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as data_dir:
        settings = load_settings(
            embedding_model="bundled",
            embedding_precision=precision,
            data_dir=data_dir,
            ingest_deadline_s=3600.0,
        )
        async with open_services(settings) as services:
            await load(services, lines(folder / "corpus.jsonl"))
            owner = await owners(services.search.store)
            judged = relevance(folder / "qrels.tsv")
            reached = [
                await one_query(services, query["text"], judged[query["query_id"]], owner)
                for query in lines(folder / "queries.jsonl")
                if judged[query["query_id"]]
            ]
    return mean(reached)


def mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of every column, and the plain RRF that is best in these means."""
    means = {name: math.fsum(row[name] for row in rows) / len(rows) for name in rows[0]}
    return {**means, "best RRF": max(means[name] for name in PLAIN)}


def print_row(name: str, row: Mapping[str, float], *, marks: str = "") -> None:
    figures = " | ".join(f"{row[column]:.4f}" for column in SHOWN)
    print(f"| {name} | {figures} | {marks} |", flush=True)


def verdict(name: str, row: Mapping[str, float]) -> str:
    """Say by how much hybrid is over its better part and over the best plain RRF, and if enough."""
    over_parts = row["hybrid"] - max(row["dense"], row["BM25"])
    over_rrf = row["hybrid"] - row["best RRF"]
    least = WANTED_OVER_PARTS.get(name, NEVER_BELOW_PARTS)
    said = f"over its parts {over_parts:+.4f} ({'yes' if over_parts >= least else 'NO'})"
    if name not in WANTED_OVER_RRF:
        return f"{said}, over RRF {over_rrf:+.4f}"
    is_over = over_rrf >= WANTED_OVER_RRF[name]
    return f"{said}, over RRF {over_rrf:+.4f} ({'yes' if is_over else 'NO'})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", default="squad-a,cranfield-a")
    parser.add_argument("--precisions", default="auto")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    for precision in arguments.precisions.split(","):
        print(f"\n| {precision} | " + " | ".join(SHOWN) + " | |\n|" + " --- |" * (len(SHOWN) + 2))
        rows = {}
        for name in arguments.sets.split(","):
            rows[name] = asyncio.run(measure(arguments.data / name, precision))
            first = results.get(f"{name} {arguments.precisions.split(',')[0]}", rows[name])
            of_first = rows[name]["dense"] / first["dense"]
            marks = f"{verdict(name, rows[name])}, dense {of_first:.4f} of the first precision"
            print_row(name, rows[name], marks=marks)
            results[f"{name} {precision}"] = rows[name]
        over_all = results[f"mean {precision}"] = mean(list(rows.values()))
        print_row("mean", over_all, marks=verdict("mean", over_all))
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
