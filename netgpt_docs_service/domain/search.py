"""A question, its candidates and its answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netgpt_docs_service.domain.chunks import Chunk, Vector
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.filters import Filter


class SearchMode(StrEnum):
    """Which lists are asked: vectors and words, vectors only, words only."""

    HYBRID = "hybrid"
    DENSE = "dense"
    SPARSE = "sparse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a reader wants to find; `min_score` acts on the cosine in every mode."""

    text: str
    top_k: int = 5
    mode: SearchMode = SearchMode.HYBRID
    filter: Filter | None = None
    min_score: float | None = None
    per_document: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateQuery:
    """What a store needs to list candidates: `limit` of each list that `mode` asks for.

    `names` and `phrases` are wanted to the letter: the best by the words of each are listed, too,
    and of many that have the words of a phrase, those that have them side by side.
    """

    text: str
    vector: Vector
    mode: SearchMode
    limit: int
    now: datetime
    filter: Filter | None = None
    names: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that may answer: cosine in [-1, 1]; BM25 ≥ 0, None when the words were not asked.

    `may_be_exact` when it is among those listed for a string that is wanted to the letter.
    """

    chunk_id: str
    dense_score: float
    sparse_score: float | None
    may_be_exact: bool = False


@dataclass(frozen=True, slots=True)
class ResolvedChunk:
    """A chunk with its document's manifest as it stands now, read together."""

    chunk_id: str
    chunk: Chunk
    manifest: Manifest | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that answers; `score` ranks inside one answer, in [0, 1]."""

    chunk: Chunk
    manifest: Manifest
    score: float
    dense_score: float
    sparse_score: float | None
    snippet: str
