"""Files: how fast their text is had, how soon it can be found, and what hostile ones cost.

    python bench/files.py [--json FILE] [--hostile]

A PDF of 200 pages is read by our reader and by pypdfium2 alone, in turns; small files and one of
ten pages go through a running service with the bundled model; 30 PDFs go through the use cases with
an embedding engine that only waits, as long in all as their extraction takes. `--hostile` uploads
every file of tests/support/files/hostile_uploads.py to a service and prints what became of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pypdfium2

from bench.reading.hostile import hostile_rows
from bench.reading.overlap import overlap_ratio
from bench.reading.papers import paper
from netgpt_docs_service.cli.demo_service import RunningService, running_service
from netgpt_docs_service.extraction.formats.pdf import read_pdf
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits

PAGES = 200
ROUNDS = 5
SMALL_MS = 300.0
TEN_PAGES_S = 5.0
OVERLAP = 1.25
PDF_CPU_S = 1.5


def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def plain_text(content: bytes) -> list[str]:
    """Return the pages' text as pypdfium2 gives it, and nothing else of them."""
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_bounded() for page in document]


def pdf_times() -> tuple[float, float]:
    """Return CPU seconds of our reader and of pypdfium2 alone for 200 pages, medians in turns."""
    content = paper(PAGES)
    file = FileBytes(content=content, name="paper.pdf", media_type="application/pdf")
    ours, alone = [], []
    for _ in range(ROUNDS):
        ours.append(cpu_s(lambda: read_pdf(file, ReadLimits())))
        alone.append(cpu_s(lambda: plain_text(content)))
    return statistics.median(ours), statistics.median(alone)


async def searchable_s(http: httpx.AsyncClient, name: str, content: bytes, asked: str) -> float:
    """Return the seconds from sending a file until a question about it finds it."""
    began = time.perf_counter()
    answer = await http.post("/ingest/files", files={"files": (name, content)})
    answer.raise_for_status()
    assert answer.json()["success"], answer.text
    condition = {"type": "eq", "key": "doc_id", "value": name}
    found = await http.post("/query", json={"query": asked, "filter": condition})
    found.raise_for_status()
    assert found.json(), name
    return time.perf_counter() - began


async def service_times() -> tuple[float, float]:
    """Return milliseconds for a small text file and seconds for ten pages, both to be found."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_service(Path(folder)) as service, client(service) as http:
            small = []
            for number in range(ROUNDS * 2 + 1):
                text = f"Holidays of team {number} are booked two weeks ahead.".encode()
                small.append(
                    await searchable_s(http, f"small-{number}.txt", text, "When are holidays?")
                )
            ten_s = await searchable_s(http, "ten.pdf", paper(10), "What does page 7 say?")
    return statistics.median(small[1:]) * 1000, ten_s


def client(service: RunningService) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {service.key}"}
    return httpx.AsyncClient(base_url=service.address, headers=headers, timeout=600.0)


async def measure() -> dict[str, Any]:
    ours_s, alone_s = pdf_times()
    small_ms, ten_s = await service_times()
    return {
        "pdf_200_pages_cpu_s": ours_s,
        "pypdfium2_alone_cpu_s": alone_s,
        "small_file_searchable_ms": small_ms,
        "ten_pages_searchable_s": ten_s,
        "overlap_ratio": await overlap_ratio(files=30),
    }


def verdict(value: float, most: float) -> str:
    return f"target <= {most:g}: {'PASS' if value <= most else 'FAIL'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.hostile:
        hostile_rows()
        return
    result = asyncio.run(measure())
    rows = [
        ("200 pages of PDF, CPU s", "pdf_200_pages_cpu_s", PDF_CPU_S),
        ("the same by pypdfium2 alone, CPU s", "pypdfium2_alone_cpu_s", None),
        ("small text file to searchable, ms", "small_file_searchable_ms", SMALL_MS),
        ("ten pages of PDF to searchable, s", "ten_pages_searchable_s", TEN_PAGES_S),
        ("30 PDFs over one of their two halves", "overlap_ratio", OVERLAP),
    ]
    for title, name, most in rows:
        said = "" if most is None else verdict(result[name], most)
        print(f"{title:38} {result[name]:>9.2f}  {said}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
