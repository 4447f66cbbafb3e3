"""Read what may hold the terms of a question to the letter: each text once, and not too many."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netgpt_docs_service.domain.search import Candidate, ResolvedChunk
from netgpt_docs_service.store.interface import DocumentStore
from netgpt_docs_service.usecases.exact_terms import ExactTerm, exact_matches, held_terms

_MOST_MARKED = 512
"""Read for one question: all that the store marks for four phrases."""
_MOST_TEXTS = 256
"""Read if they are not marked all: 30 ms of the engine."""
_PAGE = 128
_FEW_CHARACTERS = 8_000
"""Looked through on the spot, in 1 ms at most."""


@dataclass(frozen=True, slots=True)
class ExactReading:
    """What one question's candidates hold of its terms, kept while it asks again."""

    store: DocumentStore
    tenant: str
    terms: Sequence[ExactTerm]
    held: dict[str, frozenset[ExactTerm]] = field(default_factory=dict)

    @property
    def matches(self) -> dict[str, int]:
        """How many terms each candidate holds, of those that count."""
        return exact_matches(self.held)

    async def read(self, candidates: Sequence[Candidate]) -> dict[str, ResolvedChunk]:
        """Read those of `candidates`, best first, that may hold a term; return what was read.

        A quoted phrase may be of words that no index knows ("to be or not to be"): it is looked
        for in the others, too, after those that the store marked.
        """
        unread = [each for each in candidates if each.chunk_id not in self.held]
        marked = [each.chunk_id for each in unread if each.may_be_exact]
        ids = marked[: max(0, _MOST_MARKED - len(self.held))]
        if any(term.is_quoted for term in self.terms):
            others = [each.chunk_id for each in unread if not each.may_be_exact]
            ids += others[: max(0, _MOST_TEXTS - len(self.held) - len(ids))]
        read: dict[str, ResolvedChunk] = {}
        for start in range(0, len(ids), _PAGE):
            page = await self.store.resolve(self.tenant, ids[start : start + _PAGE])
            await self._look_through({each.chunk_id: _searched(each) for each in page})
            read |= {each.chunk_id: each for each in page}
        return read

    async def _look_through(self, texts: Mapping[str, str]) -> None:
        if sum(map(len, texts.values())) <= _FEW_CHARACTERS:
            self.held.update(_held(texts, self.terms))
        else:
            self.held.update(await asyncio.to_thread(_held, texts, self.terms))


def _held(texts: Mapping[str, str], terms: Sequence[ExactTerm]) -> dict[str, frozenset[ExactTerm]]:
    return {key: held_terms(text, terms) for key, text in texts.items()}


def _searched(found: ResolvedChunk) -> str:
    return found.chunk.searched_text(found.manifest.fields.title if found.manifest else None)
