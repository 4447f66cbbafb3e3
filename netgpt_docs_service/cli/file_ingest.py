"""Ingest files: read them, send them in batches, and report what became of each."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netgpt_docs_service.cli.patient_sender import PatientSender, refusal
from netgpt_docs_service.cli.sources import Source, UnreadableFile, read_document

_BATCH_DOCUMENTS = 16
_BATCH_BYTES = 2_000_000

_Batch = list[tuple[Source, dict[str, Any]]]


@dataclass(slots=True)
class Report:
    """What became of every file."""

    receipts: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)

    def fail(self, path: Path, reason: str) -> None:
        """Count a file that was not ingested."""
        self.failures.append({"path": _shown(path), "reason": reason})

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


async def ingest_files(
    sender: PatientSender, sources: Sequence[Source], report: Report
) -> AsyncIterator[Source]:
    """Yield each file once it is in the report; one that fails never stops the others."""
    for batch in _batches(_distinct(sources, report), report):
        async for at, item in sender.send([body for _, body in batch]):
            source, _ = batch[at]
            if reason := refusal(item):
                report.fail(source.path, reason)
            else:
                report.receipts.append(item["receipt"])
            yield source


def _distinct(sources: Sequence[Source], report: Report) -> Iterator[Source]:
    """Yield the files whose document id no other file has taken."""
    taken: dict[str, Path] = {}
    for source in sources:
        first = taken.setdefault(source.doc_id, source.path)
        if first is source.path:
            yield source
        elif os.path.realpath(first) != os.path.realpath(source.path):
            reason = (
                f"its document id {source.doc_id!r} is already taken by {_shown(first)}; "
                "name a folder above both"
            )
            report.fail(source.path, reason)


def _batches(sources: Iterator[Source], report: Report) -> Iterator[_Batch]:
    batch: _Batch = []
    size = 0
    for source in sources:
        try:
            body = read_document(source)
        except UnreadableFile as error:
            report.fail(source.path, str(error))
            continue
        weight = len(json.dumps(body))
        if batch and (len(batch) == _BATCH_DOCUMENTS or size + weight > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((source, body))
        size += weight
    if batch:
        yield batch


def _shown(path: Path) -> str:
    return str(path).encode(errors="backslashreplace").decode()
