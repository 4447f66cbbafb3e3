"""Find the passages that answer a question, each of the version that stands now."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from netgpt_docs_service.domain.chunks import chunk_id
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.search import (
    Candidate,
    CandidateQuery,
    Hit,
    Question,
    ResolvedChunk,
    SearchMode,
)
from netgpt_docs_service.embedding.interface import Embedder
from netgpt_docs_service.store.interface import DocumentStore
from netgpt_docs_service.usecases.exact_terms import ExactTerm, exact_matches, exact_terms
from netgpt_docs_service.usecases.ranking import Ranked, rank
from netgpt_docs_service.usecases.snippet import snippet

_CANDIDATES = 100
_ASK_AGAIN = 2
_LARGEST_PAGE = 128
"""Chunks read with their text in one go: 2 ms of the engine."""
_WIDER = 4
"""A list that ran out under stale chunks is asked for again, this many times as long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits, best first, and where the time went."""

    hits: list[Hit]
    embed_ms: float
    search_ms: float


@dataclass(slots=True)
class _Walk:
    """One pass over a ranked list: what was taken, and whether it has to be done again."""

    question: Question
    now: datetime
    offered: frozenset[str]
    eligible: int
    tenant: str
    hits: list[Hit] = field(default_factory=list)
    documents: dict[str, str | None] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    looked_up: dict[str, bool] = field(default_factory=dict)
    missed_newer: bool = False

    @property
    def is_full(self) -> bool:
        return len(self.hits) >= self.question.top_k

    def take(self, ranked: Ranked, found: ResolvedChunk | None) -> None:
        if found is None or found.manifest is None:
            self.missed_newer |= found is None
            return
        chunk, manifest = found.chunk, found.manifest
        if not manifest.is_readable(self.now):
            return
        if chunk.generation != manifest.generation:
            if not self.missed_newer and manifest.sequence > chunk.sequence:
                self.missed_newer = not self._offers(manifest)
            return
        if self.documents.setdefault(chunk.doc_id, chunk.generation) != chunk.generation:
            self.missed_newer = True  # replaced while the list was walked: one version or the other
            return
        if self.question.per_document and self.taken[chunk.doc_id] >= self.question.per_document:
            return
        self.taken[chunk.doc_id] += 1
        self.hits.append(_hit(self.question, ranked, found, manifest))

    def _offers(self, manifest: Manifest) -> bool:
        """Whether a current chunk of the document is among the candidates, too."""
        generation = str(manifest.generation)
        if generation not in self.looked_up:
            self.looked_up[generation] = any(
                chunk_id(self.tenant, manifest.doc_id, generation, index) in self.offered
                for index in range(manifest.chunk_count)
            )
        return self.looked_up[generation]


@dataclass(frozen=True, slots=True)
class SearchDocuments:
    """Answer questions over the documents of a tenant."""

    store: DocumentStore
    embedder: Embedder
    now: Callable[[], datetime]

    async def search(self, tenant: str, question: Question) -> Answer:
        """Return at most `question.top_k` hits, best first, none that was replaced or deleted.

        A document that exists all the while is never missed because it is being replaced: when
        only its old chunks were found, the store is asked again.
        """
        began = time.perf_counter()
        vector = await self.embedder.embed_query(question.text)
        embedded = time.perf_counter()
        limit = max(_CANDIDATES, question.top_k)
        walk = await self._ask(tenant, question, vector, limit)
        for _ in range(_ASK_AGAIN):
            # Fewer eligible chunks than were asked for: there are no more of them to find.
            ran_out = not walk.is_full and walk.eligible >= limit
            if not (walk.missed_newer or ran_out):
                break
            limit = limit * _WIDER if ran_out else limit
            walk = await self._ask(tenant, question, vector, limit)
        done = time.perf_counter()
        return Answer(walk.hits, (embedded - began) * 1000, (done - embedded) * 1000)

    async def _ask(
        self, tenant: str, question: Question, vector: Sequence[float], limit: int
    ) -> _Walk:
        now = self.now()
        exact = () if question.mode is SearchMode.DENSE else exact_terms(question.text)
        candidates = await self.store.candidates(
            tenant,
            CandidateQuery(
                text=question.text,
                vector=vector,
                mode=question.mode,
                limit=limit,
                now=now,
                filter=question.filter,
                exact=tuple(term.text for term in exact),
            ),
        )
        matches = await self._exact_matches(tenant, candidates, exact)
        ranked = _eligible(rank(candidates, question.mode, matches), question)
        offered = frozenset(each.chunk_id for each in candidates)
        walk = _Walk(question, now, offered, len(ranked), tenant)
        page = question.top_k + max(5, question.top_k // 2)
        start = 0
        while start < len(ranked) and not walk.is_full:
            await self._walk_page(walk, ranked[start : start + page])
            start, page = start + page, min(2 * page, _LARGEST_PAGE)
        return walk

    async def _exact_matches(
        self, tenant: str, candidates: Sequence[Candidate], terms: Sequence[ExactTerm]
    ) -> dict[str, int]:
        """Read the candidates that may hold what was asked for to the letter, and say who does.

        A quoted phrase may be of words that no index knows ("to be or not to be"): all are read.
        """
        is_quoted = any(term.is_quoted for term in terms)
        ids = [each.chunk_id for each in candidates if each.may_be_exact or is_quoted]
        texts: dict[str, str] = {}
        for start in range(0, len(ids), _LARGEST_PAGE):
            page = await self.store.resolve(tenant, ids[start : start + _LARGEST_PAGE])
            texts |= {found.chunk_id: _searched(found) for found in page}
        return exact_matches(texts, terms)

    async def _walk_page(self, walk: _Walk, page: Sequence[Ranked]) -> None:
        ids = [each.candidate.chunk_id for each in page]
        found = {each.chunk_id: each for each in await self.store.resolve(walk.tenant, ids)}
        for each in page:
            walk.take(each, found.get(each.candidate.chunk_id))
            if walk.is_full:
                return


def _searched(found: ResolvedChunk) -> str:
    title = found.manifest.fields.title if found.manifest else None
    return "\n".join([title or "", *found.chunk.heading_path, found.chunk.text])


def _eligible(ranked: Sequence[Ranked], question: Question) -> list[Ranked]:
    least = question.min_score
    kept = [each for each in ranked if least is None or each.candidate.dense_score >= least]
    if question.mode is SearchMode.SPARSE:
        return [each for each in kept if each.candidate.sparse_score]
    return kept


def _hit(question: Question, ranked: Ranked, found: ResolvedChunk, manifest: Manifest) -> Hit:
    candidate = ranked.candidate
    return Hit(
        chunk=found.chunk,
        manifest=manifest,
        score=ranked.score,
        dense_score=candidate.dense_score,
        sparse_score=candidate.sparse_score,
        snippet=snippet(found.chunk.text, question.text),
    )
