"""Find the passages that answer a question, each of the version that stands now."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import chunk_id
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.filters import Comparison, Compound, Filter
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
from netgpt_docs_service.usecases.exact_reading import ExactReading
from netgpt_docs_service.usecases.exact_terms import exact_terms
from netgpt_docs_service.usecases.ranking import Ranked, rank
from netgpt_docs_service.usecases.snippet import snippet

_CANDIDATES = 100
_ASK_AGAIN = 2
_LARGEST_PAGE = 128
"""Chunks read with their text in one go: 2 ms of the engine."""
_WIDER = 4
"""A list that ran out is asked for again, this many times as long."""


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
    offered: Collection[str]
    tenant: str
    hits: list[Hit] = field(default_factory=list)
    documents: dict[str, str | None] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    looked_up: dict[str, bool] = field(default_factory=dict)
    missed_newer: bool = False

    @property
    def is_full(self) -> bool:
        return len(self.hits) >= self.question.top_k

    @property
    def closed_documents(self) -> tuple[str, ...]:
        """The documents that have all the hits they may have."""
        most = self.question.per_document
        return tuple(doc_id for doc_id, count in self.taken.items() if count == most)

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
        """Whether a current chunk or pair of the document is among the candidates, too."""
        generation = str(manifest.generation)
        if generation not in self.looked_up:
            counts = {ChunkKind.CHUNK: manifest.chunk_count, ChunkKind.PAIR: manifest.pair_count}
            self.looked_up[generation] = any(
                chunk_id(self.tenant, manifest.doc_id, generation, index, kind=kind) in self.offered
                for kind, count in counts.items()
                for index in range(count)
            )
        return self.looked_up[generation]


@dataclass(slots=True)
class _Rounds:
    """What one question asked for and was offered so far."""

    vector: Sequence[float]
    reading: ExactReading
    limit: int
    offered: dict[str, Candidate] = field(default_factory=dict)
    has_more: bool = True


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
        terms = () if question.mode is SearchMode.DENSE else exact_terms(question.text)
        reading = ExactReading(self.store, tenant, terms)
        rounds = _Rounds(vector, reading, max(_CANDIDATES, question.top_k))
        walk = await self._ask(tenant, question, rounds)
        for wider_left in range(_ASK_AGAIN, -1, -1):
            ran_out = bool(wider_left) and not walk.is_full and rounds.has_more
            if not (walk.missed_newer or ran_out):
                break
            rounds.limit = rounds.limit * _WIDER if ran_out else rounds.limit
            # What may be old is asked for anew, and only then are all documents.
            closed = () if walk.missed_newer else walk.closed_documents
            if not closed:
                rounds.offered = {}
            walk = await self._ask(tenant, question, rounds, closed)
        done = time.perf_counter()
        return Answer(walk.hits, (embedded - began) * 1000, (done - embedded) * 1000)

    async def _ask(
        self, tenant: str, question: Question, rounds: _Rounds, closed: Sequence[str] = ()
    ) -> _Walk:
        """Ask for candidates outside the documents `closed`, and walk all that were offered."""
        now = self.now()
        terms = rounds.reading.terms
        offered = await self.store.candidates(
            tenant,
            CandidateQuery(
                text=question.text,
                vector=rounds.vector,
                mode=question.mode,
                limit=rounds.limit,
                now=now,
                filter=_outside(closed, question.filter),
                names=tuple(term.text for term in terms if not term.is_quoted),
                phrases=tuple(term.text for term in terms if term.is_quoted),
            ),
        )
        # Fewer eligible chunks than were asked for: there are no more of them to find.
        rounds.has_more = sum(_is_eligible(each, question) for each in offered) >= rounds.limit
        rounds.offered |= {each.chunk_id: each for each in offered}
        ranked, read = await self._ranked(question, rounds)
        walk = _Walk(question, now, rounds.offered.keys(), tenant)
        page = question.top_k + max(5, question.top_k // 2)
        start = 0
        while start < len(ranked) and not walk.is_full:
            await self._walk_page(walk, ranked[start : start + page], read)
            start, page = start + page, min(2 * page, _LARGEST_PAGE)
        return walk

    async def _ranked(
        self, question: Question, rounds: _Rounds
    ) -> tuple[list[Ranked], Mapping[str, ResolvedChunk]]:
        """Return the eligible chunks best first, and those that were read to know their place."""
        offered = list(rounds.offered.values())
        read: Mapping[str, ResolvedChunk] = {}
        matches: Mapping[str, int] = {}
        if rounds.reading.terms:
            by_score = [each.candidate for each in rank(offered, question.mode)]
            read = await rounds.reading.read(by_score)
            matches = rounds.reading.matches
        ranked = rank(offered, question.mode, matches)
        return [each for each in ranked if _is_eligible(each.candidate, question)], read

    async def _walk_page(
        self, walk: _Walk, page: Sequence[Ranked], read: Mapping[str, ResolvedChunk]
    ) -> None:
        ids = [each.candidate.chunk_id for each in page if each.candidate.chunk_id not in read]
        missing = await self.store.resolve(walk.tenant, ids) if ids else []
        found = {**read, **{each.chunk_id: each for each in missing}}
        for each in page:
            walk.take(each, found.get(each.candidate.chunk_id))
            if walk.is_full:
                return


def _outside(closed: Sequence[str], condition: Filter | None) -> Filter | None:
    if not closed:
        return condition
    others = Comparison("nin", "doc_id", tuple(closed))
    return others if condition is None else Compound("and", (others, condition))


def _is_eligible(candidate: Candidate, question: Question) -> bool:
    if question.min_score is not None and candidate.dense_score < question.min_score:
        return False
    return question.mode is not SearchMode.SPARSE or bool(candidate.sparse_score)


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
