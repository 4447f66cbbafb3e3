"""What an embedder tells whoever measures it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from netgpt_docs_service.observability.engine_run import EngineRun


class Lane(StrEnum):
    """The two kinds of work; neither waits for the other."""

    QUERY = "query"
    INGEST = "ingest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The work that waits, and the speed at which each lane has been served lately."""

    query_tokens: int
    query_padded_tokens: int
    """The same as the engine computes them when each text runs alone."""
    ingest_tokens: int
    query_tokens_per_s: float
    ingest_tokens_per_s: float
    """Of all its workers together."""

    @property
    def seconds(self) -> float:
        """How long all of it will take, one lane after the other: an upper bound."""
        query_s = self.query_tokens / self.query_tokens_per_s
        return query_s + self.ingest_tokens / self.ingest_tokens_per_s


class EmbeddingObserver(Protocol):
    """Told what happens, in the caller's thread or an engine's; must neither block nor raise.

    Each text that was `queued` is told of once more: in the run that `finished` it, as `failed` or
    as `dropped`. Until then it waits or is being computed.
    """

    def tokenized(self, lane: Lane, *, tokens: int, took_s: float) -> None:
        """Text became tokens, for work of this lane."""
        ...

    def queued(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Work was taken on."""
        ...

    def refused(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Work was refused, because too much waits; it was never queued."""
        ...

    def dropped(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Queued texts were left out: their caller has gone or its call failed, or we close."""
        ...

    def failed(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Queued texts were given up: the engine raised on their call alone, or they are too long.

        What still waits of the same call is dropped.
        """
        ...

    def finished(self, unit: EngineRun) -> None:
        """The engine returned the vectors of all texts in this run."""
        ...

    def raised(self, unit: EngineRun) -> None:
        """The engine raised in this run; its texts are told of later, whatever becomes of them."""
        ...

    def truncated(self, lane: Lane, *, texts: int) -> None:
        """Inputs longer than the model takes were stopped before the engine; they also `failed`."""
        ...


class NullObserver:
    """Nobody measures."""

    def tokenized(self, lane: Lane, *, tokens: int, took_s: float) -> None:
        """Do nothing."""

    def queued(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Do nothing."""

    def refused(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Do nothing."""

    def dropped(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Do nothing."""

    def failed(self, lane: Lane, *, texts: int, tokens: int) -> None:
        """Do nothing."""

    def finished(self, unit: EngineRun) -> None:
        """Do nothing."""

    def raised(self, unit: EngineRun) -> None:
        """Do nothing."""

    def truncated(self, lane: Lane, *, texts: int) -> None:
        """Do nothing."""
