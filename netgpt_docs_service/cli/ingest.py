"""`netgpt-docs ingest`: send files, show progress, report the bad ones and go on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from netgpt_docs_service.cli.client import ApiClient
from netgpt_docs_service.cli.connect import connect
from netgpt_docs_service.cli.output import (
    ERR,
    OUT,
    JsonOption,
    KeyOption,
    UrlOption,
    print_json,
    run,
)
from netgpt_docs_service.cli.sources import Source, UnreadableFile, find_sources, read_document
from netgpt_docs_service.settings import load_settings

_BATCH_DOCUMENTS = 16
_BATCH_BYTES = 2_000_000
_AGAIN = frozenset({429, 503})
_ROUNDS = 60
"""How often the documents that a busy service put off are sent again; each round takes up to
its ingest deadline, and it keeps what it embedded, so every round gets further."""


@dataclass(slots=True)
class Report:
    """What became of every file."""

    receipts: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)

    def fail(self, path: str, reason: str) -> None:
        """Count a file that was not ingested."""
        self.failures.append({"path": path, "reason": reason})

    def as_json(self) -> dict[str, Any]:
        """Return the report as one JSON document."""
        counts = Counter(each["status"] for each in self.receipts)
        counts["failed"] = len(self.failures)
        embedded = sum(each["embedded"] for each in self.receipts)
        reused = sum(each["reused"] for each in self.receipts)
        return {
            "counts": dict(counts),
            "chunks": {"embedded": embedded, "reused": reused},
            "receipts": self.receipts,
            "failures": self.failures,
        }


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, and folders of text files.")],
    pattern: Annotated[str, typer.Option("--glob", help="Which files below a folder.")] = "**/*",
    url: UrlOption = None,
    key: KeyOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Ingest text, Markdown and reStructuredText files; unchanged ones cost nothing."""
    report = run(lambda: _ingest(paths, pattern, url, key), as_json=as_json)
    if as_json:
        print_json(report.as_json())
    else:
        _print(report)
    if report.failures:
        raise typer.Exit(1)


async def _ingest(paths: Sequence[Path], pattern: str, url: str | None, key: str | None) -> Report:
    report = Report()
    sources = list(find_sources(paths, pattern))
    async with connect(load_settings(), url, key) as client:
        with _progress() as progress:
            total = sum(_size(source) for source in sources)
            files = progress.add_task(f"{len(sources)} files", total=total)
            for batch in _batches(sources, report):
                async for source in _send(client, batch, report):
                    progress.advance(files, _size(source))
    return report


def _batches(
    sources: Sequence[Source], report: Report
) -> Iterator[list[tuple[Source, dict[str, object]]]]:
    batch: list[tuple[Source, dict[str, object]]] = []
    size = 0
    for source in sources:
        try:
            body = read_document(source)
        except UnreadableFile as error:
            report.fail(str(source.path), str(error))
            continue
        weight = len(json.dumps(body))
        if batch and (len(batch) == _BATCH_DOCUMENTS or size + weight > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((source, body))
        size += weight
    if batch:
        yield batch


async def _send(
    client: ApiClient, batch: list[tuple[Source, dict[str, object]]], report: Report
) -> AsyncIterator[Source]:
    for _ in range(_ROUNDS):
        documents = [body for _, body in batch]
        items = await client.call("POST", "/ingest/batch", body={"documents": documents})
        put_off = []
        for (source, body), item in zip(batch, items, strict=True):
            if item["receipt"] is None and item["status"] in _AGAIN:
                put_off.append((source, body))
                continue
            _record(report, source, item)
            yield source
        if not put_off:
            return
        batch = put_off
    for source, _ in batch:
        report.fail(str(source.path), f"put off {_ROUNDS} times by a busy service")
        yield source


def _record(report: Report, source: Source, item: dict[str, Any]) -> None:
    if item["receipt"] is not None:
        report.receipts.append(item["receipt"])
        return
    problem = item["problem"]
    details = [problem["detail"], *(each["message"] for each in problem.get("errors") or ())]
    report.fail(str(source.path), "; ".join(details))


def _size(source: Source) -> int:
    try:
        return source.path.stat().st_size
    except OSError:
        return 0


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=ERR,
        transient=True,
    )


def _print(report: Report) -> None:
    for failure in report.failures:
        ERR.print(f"[red]failed[/red] {escape(failure['path'])}: {escape(failure['reason'])}")
    summary = report.as_json()
    counts = ", ".join(f"{count} {status}" for status, count in summary["counts"].items())
    chunks = summary["chunks"]
    OUT.print(f"{counts}; chunks: {chunks['embedded']} embedded, {chunks['reused']} reused")
