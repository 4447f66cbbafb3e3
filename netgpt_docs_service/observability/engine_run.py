"""What an embedder reports of its engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRun:
    """One run of the engine: what was in it, how long its oldest text waited, how long it took."""

    lane: str
    """`query` or `ingest`."""
    texts: int
    tokens: int
    computed_tokens: int
    """What the engine computes for them: rows times the padded width."""
    wait_s: float
    compute_s: float
