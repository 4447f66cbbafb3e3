"""Ingest many files: in batches, two of them under way, with a report of each file."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from netgpt_docs_service.cli.outcomes import Outcome
from netgpt_docs_service.cli.patient_sender import PatientSender
from netgpt_docs_service.cli.sources import FileSource, Source
from netgpt_docs_service.errors import ServiceError

_AT_ONCE = 2
"""Requests under way: files of one are read while those of the other are embedded."""
_BATCH_FILES = 16
_BATCH_BYTES = 8 * 2**20


@dataclass(slots=True)
class Report:
    """What became of every file."""

    stored: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    sent_bytes: int = 0

    def add(self, source: Source, outcome: Outcome) -> None:
        """Count a file with what became of it."""
        if outcome.stored is None:
            self.fail(source, outcome.reason, status=outcome.status)
            return
        self.sent_bytes += source.size_bytes
        self.stored.append({"path": source.label, **outcome.stored})

    def fail(self, source: Source, reason: str, *, status: int | None = None) -> None:
        """Count a file that was not ingested; `status` is the service's, None when not asked."""
        self.failures.append({"path": source.label, "reason": reason, "status": status})

    @property
    def is_empty(self) -> bool:
        """Whether nothing became of any file."""
        return not (self.stored or self.failures)

    def as_json(self) -> dict[str, Any]:
        """Return the report as one JSON document."""
        counts = Counter(str(each["status"]) for each in self.stored)
        receipts = [each["receipt"] for each in self.stored]
        warnings = [(each["path"], text) for each in self.stored for text in _warnings(each)]
        return {
            "counts": {**counts, "failed": len(self.failures)},
            "chunks": {how: sum(each[how] for each in receipts) for how in ("embedded", "reused")},
            "pages": sum(each.get("pages") or 0 for each in self.stored),
            "bytes": self.sent_bytes,
            "warnings": [{"path": path, "warning": text} for path, text in warnings],
            "duplicates": [
                {"path": each["path"], "duplicate_of": each["duplicate_of"]}
                for each in self.stored
                if each.get("duplicate_of")
            ],
            "files": self.stored,
            "failures": self.failures,
        }


async def ingest_all(
    sender: PatientSender,
    sources: Sequence[Source],
    report: Report,
    *,
    tell: Callable[[Source], None] = lambda _: None,
) -> None:
    """Put every source into the report, and tell it then; one that fails never stops the others.

    Raises RequestFailed when none can be sent any more: what was under way is in the report, too.
    """
    batches = in_batches(_distinct(sources, report, tell))
    faults: list[ServiceError] = []

    async def work() -> None:
        for batch in batches:  # shared: each batch is taken once
            if faults:
                return
            try:
                async for source, outcome in sender.send(batch):
                    report.add(source, outcome)
                    tell(source)
            except ServiceError as fault:
                faults.append(fault)

    workers = [asyncio.create_task(work()) for _ in range(_AT_ONCE)]
    try:
        await asyncio.gather(*workers)
        if faults:
            raise faults[0]
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


def _distinct(
    sources: Sequence[Source], report: Report, tell: Callable[[Source], None]
) -> Iterator[Source]:
    """Yield the sources whose document id no other one has taken."""
    taken: dict[str, Source] = {}
    for source in sources:
        first = taken.setdefault(source.doc_id, source)
        if first is source:
            yield source
            continue
        if not _is_same(first, source):
            reason = (
                f"its document id {source.doc_id!r} is already taken by {first.label}; "
                "name a folder above both"
            )
            report.fail(source, reason)
        tell(source)


def _is_same(first: Source, second: Source) -> bool:
    if isinstance(first, FileSource) and isinstance(second, FileSource):
        return os.path.realpath(first.path) == os.path.realpath(second.path)
    return first == second


def in_batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    """Yield what goes into one request, far below what a service takes in bytes and in time."""
    batch: list[Source] = []
    batch_bytes = 0
    for source in sources:
        size = source.size_bytes
        is_full = len(batch) == _BATCH_FILES or batch_bytes + size > _BATCH_BYTES
        if batch and (is_full or source.goes_alone or batch[0].goes_alone):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(source)
        batch_bytes += size
    if batch:
        yield batch


def _warnings(stored: dict[str, Any]) -> Sequence[str]:
    return stored.get("warnings") or ()
