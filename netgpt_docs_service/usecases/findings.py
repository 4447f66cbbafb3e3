"""What a check of the whole store can find, and how it is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

_MOST_LISTED = 10_000


class FindingKind(StrEnum):
    """What is wrong; the words are stable."""

    STALE_SET = "stale_set"
    ORPHAN_SET = "orphan_set"
    ABANDONED_SET = "abandoned_set"
    HOLE = "hole"
    TEXT_MISMATCH = "text_mismatch"
    UNREADABLE_MANIFEST = "unreadable_manifest"
    UNREADABLE_CHUNK = "unreadable_chunk"
    MISPLACED_CHUNK = "misplaced_chunk"
    DUPLICATE_INDEX = "duplicate_index"
    MISSING_VECTOR = "missing_vector"
    UNKNOWN_POINTS = "unknown_points"

    @property
    def advice(self) -> str:
        """What the operator can do about it."""
        return _ADVICE[self]

    @property
    def is_repairable(self) -> bool:
        """Whether removing it is safe by the rules of writing."""
        return self in _REPAIRABLE


_REPAIRABLE = {FindingKind.STALE_SET, FindingKind.ORPHAN_SET, FindingKind.ABANDONED_SET}
_INGEST_AGAIN = "delete the document and ingest it again, or import it into an empty store"
_ADVICE = {
    **dict.fromkeys(_REPAIRABLE, "no reader sees it: --repair, or the next sweep, removes it"),
    FindingKind.HOLE: _INGEST_AGAIN,
    FindingKind.TEXT_MISMATCH: _INGEST_AGAIN,
    FindingKind.UNREADABLE_MANIFEST: "restore the store, or ingest the document into another one",
    FindingKind.UNREADABLE_CHUNK: _INGEST_AGAIN,
    FindingKind.MISPLACED_CHUNK: _INGEST_AGAIN,
    FindingKind.DUPLICATE_INDEX: _INGEST_AGAIN,
    FindingKind.MISSING_VECTOR: _INGEST_AGAIN,
    FindingKind.UNKNOWN_POINTS: "something else wrote into this collection: give it one of its own",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be; what has no name is empty."""

    kind: FindingKind
    detail: str
    tenant: str = ""
    doc_id: str = ""
    generation: str = ""
    chunks: int = 0
    is_repaired: bool = False


@dataclass(slots=True, kw_only=True)
class CheckReport:
    """What a check counted and found; the first ten thousand findings are listed."""

    documents: int = 0
    tombstones: int = 0
    expired: int = 0
    chunks_expected: int = 0
    chunks_found: int = 0
    unfinished_sets: int = 0
    """Sets that may have a living writer: no damage, never touched."""
    settling_sets: int = 0
    """Sets that a write of the last minute left behind and may be removing just now."""
    restless: int = 0
    """Documents that were replaced again and again while they were checked."""
    forgotten_tombstones: int = 0
    found: Counter[FindingKind] = field(default_factory=Counter)
    repaired: Counter[FindingKind] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found that still stands."""
        return self.found == self.repaired

    def add(self, finding: Finding) -> None:
        """Count a finding, and list it while there is room."""
        self.found[finding.kind] += 1
        if finding.is_repaired:
            self.repaired[finding.kind] += 1
        if len(self.findings) < _MOST_LISTED:
            self.findings.append(finding)
