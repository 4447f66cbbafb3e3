"""Ranking quality: nDCG@10 of hybrid against its parts, on sets of DIR with corpus and qrels.

python bench/retrieval.py --data DIR [--sets squad-a,cranfield-a] [--precisions auto] [--json FILE]

With several precisions, `f32,bf16,int8`, each is also held against the first one.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import math
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from netgpt_docs_service.domain.documents import Document, DocumentFields
from netgpt_docs_service.domain.search import Question, SearchMode
from netgpt_docs_service.errors import ServiceError
from netgpt_docs_service.settings import load_settings
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.wiring.services import open_services

TENANT = "bench"
TOP = 10


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


async def measure(folder: Path, precision: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as data_dir:
        settings = load_settings(
            embedding_model="bundled",
            embedding_precision=precision,
            data_dir=data_dir,
            ingest_deadline_s=3600.0,
        )
        async with open_services(settings) as services:
            began = time.perf_counter()
            await load(services, lines(folder / "corpus.jsonl"))
            scores: dict[str, float] = {"load_s": time.perf_counter() - began}
            judged = relevance(folder / "qrels.tsv")
            queries = [each for each in lines(folder / "queries.jsonl") if judged[each["query_id"]]]
            for mode in SearchMode:
                total = 0.0
                for query in queries:
                    question = Question(text=query["text"], top_k=TOP, mode=mode, per_document=1)
                    hits = (await services.search.search(TENANT, question)).hits
                    total += ndcg([hit.chunk.doc_id for hit in hits], judged[query["query_id"]])
                scores[mode.value] = total / len(queries)
    return scores


def print_scores(name: str, scores: Mapping[str, float], first: Mapping[str, float]) -> None:
    is_best = scores["hybrid"] >= max(scores["dense"], scores["sparse"])
    print(
        f"{name:22} {scores['dense']:7.4f} {scores['sparse']:7.4f} {scores['hybrid']:7.4f}"
        f" {scores['dense'] / first['dense']:9.4f} {'yes' if is_best else 'NO':>8}"
        f"   (loaded in {scores['load_s']:.0f} s)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", default="squad-a,cranfield-a")
    parser.add_argument("--precisions", default="auto")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    print(f"{'set':22} {'dense':>7} {'sparse':>7} {'hybrid':>7} {'of first':>9} {'is best':>8}")
    results: dict[str, dict[str, float]] = {}
    for name in arguments.sets.split(","):
        first: dict[str, float] = {}
        for precision in arguments.precisions.split(","):
            scores = asyncio.run(measure(arguments.data / name, precision))
            first = first or scores
            print_scores(f"{name} {precision}", scores, first)
            results[f"{name} {precision}"] = scores
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
