"""Which chunks may hold a string to the letter, asked of an engine that knows only words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netgpt_docs_service.domain.search import SearchMode
from netgpt_docs_service.store.filters import Condition, findable_of_tenant
from netgpt_docs_service.store.lexical import asked_words
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_reads import Rank, Scores

_BEST = 64  # who holds a phrase holds all of its words; their text is read to see: 0.1 ms each
_MOST_LOOKED_THROUGH = 1_000  # by the engine: 10 us each, and as much to list them


async def best_by_words(engine: PointEngine, asked: Rank, text: str) -> Scores:
    """Return the 64 best by the words of `text`, of all that `asked` may find."""
    return await engine.call(_sparse(asked, text, _BEST))


async def best_by_phrase(engine: PointEngine, tenant: str, asked: Rank, phrase: str) -> Scores:
    """Return the 64 best by the words of `phrase`, and the 64 best that have them side by side.

    Those are sought among the 1,000 best by its words.
    """
    found = await engine.call(_sparse(asked, phrase, _MOST_LOOKED_THROUGH))
    if len(found) <= _BEST:
        return found  # no other chunk has any of its words
    ids = [each for each, _, _ in found]
    holding = findable_of_tenant(tenant, must=_side_by_side(ids, phrase))
    holders = await best_by_words(engine, replace(asked, filter=holding), phrase)
    return [*sorted(found, key=_by_words)[:_BEST], *holders]


def _side_by_side(ids: Sequence[str], phrase: str) -> list[Condition]:
    """Match those of `ids` that have the words of `phrase` so, in text or headings.

    Without an index, which would take 4 KB of memory for each chunk: the engine reads them all.
    """
    keys = ("text", "heading_path")
    holding = [{"key": key, "match": {"phrase": phrase}} for key in keys]
    return [{"has_id": list(ids)}, {"should": holding}]


def _sparse(asked: Rank, text: str, limit: int) -> Rank:
    return replace(asked, words=asked_words(text), mode=SearchMode.SPARSE, limit=limit)


def _by_words(scores: tuple[str, float, float | None]) -> float:
    return -(scores[2] or 0.0)
