"""Which chunks may hold a string to the letter, asked of an engine that knows only words."""

from __future__ import annotations

from dataclasses import replace

from netgpt_docs_service.domain.search import SearchMode
from netgpt_docs_service.store.filters import findable_of_tenant, holds_phrase
from netgpt_docs_service.store.lexical import asked_words
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_reads import Rank, Scores, Scroll

_BEST = 64  # who holds a phrase holds all of its words; their text is read to see: 0.1 ms each
_MOST_LOOKED_THROUGH = 2_000  # by the engine, 7 us each; a server lists no more


async def best_by_words(engine: PointEngine, asked: Rank, text: str) -> Scores:
    """Return the 64 best by the words of `text`, of all that `asked` may find."""
    return await engine.call(_sparse(asked, text, _BEST))


async def best_by_phrase(engine: PointEngine, tenant: str, asked: Rank, phrase: str) -> Scores:
    """Return the 64 best by the words of `phrase`, and the 64 best that have them side by side.

    Those are sought among the 2,000 best by its words.
    """
    found = await best_by_words(engine, asked, phrase)
    if len(found) < _BEST:
        return found  # no other chunk has any of its words
    wider = await engine.call(_sparse(asked, phrase, _MOST_LOOKED_THROUGH))
    ids = [each for each, _, _ in wider]
    holding = findable_of_tenant(tenant, must=holds_phrase(ids, phrase))
    page = Scroll(filter=holding, limit=_MOST_LOOKED_THROUGH, fields=())
    holders = {point.id for point in (await engine.call(page))[0]}
    best = sorted((each for each in wider if each[0] in holders), key=_by_words)
    return [*found, *best[:_BEST]]


def _sparse(asked: Rank, text: str, limit: int) -> Rank:
    return replace(asked, words=asked_words(text), mode=SearchMode.SPARSE, limit=limit)


def _by_words(scores: tuple[str, float, float | None]) -> float:
    return -(scores[2] or 0.0)
