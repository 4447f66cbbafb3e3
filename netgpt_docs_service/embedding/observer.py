"""What an embedder tells whoever measures it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Lane(StrEnum):
    """The two kinds of work; a waiting query always goes before waiting ingest."""

    QUERY = "query"
    INGEST = "ingest"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitReport:
    """One run of the engine: what was in it, how long its oldest text waited, how long it took."""

    lane: Lane
    texts: int
    tokens: int
    wait_s: float
    compute_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The work that waits, and the speed at which it has been done lately."""

    query_tokens: int
    ingest_tokens: int
    tokens_per_s: float

    @property
    def seconds(self) -> float:
        """How long all of it will take."""
        return (self.query_tokens + self.ingest_tokens) / self.tokens_per_s


class EmbeddingObserver(Protocol):
    """Told what happens, in the caller's thread or the engine's; must neither block nor raise."""

    def queued(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Work was taken on."""
        ...

    def refused(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Work was refused, because the queue is full."""
        ...

    def finished(self, unit: UnitReport) -> None:
        """The engine returned vectors."""
        ...

    def failed(self, unit: UnitReport) -> None:
        """The engine raised; the calls in this unit failed."""
        ...


class NullObserver:
    """Nobody measures."""

    def queued(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Do nothing."""

    def refused(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Do nothing."""

    def finished(self, unit: UnitReport) -> None:
        """Do nothing."""

    def failed(self, unit: UnitReport) -> None:
        """Do nothing."""
