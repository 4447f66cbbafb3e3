"""The two lists of one question, ranked by a Qdrant server and completed with exact cosines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import qdrant_edge as edge
from qdrant_client import models

from netgpt_docs_service.domain.search import SearchMode
from netgpt_docs_service.store import schema
from netgpt_docs_service.store.point_reads import Rank, Scores
from netgpt_docs_service.store.server_filters import among, server_filter
from netgpt_docs_service.store.server_points import floats, sparse

AskBatch: TypeAlias = Callable[
    [Sequence[models.QueryRequest]], Awaitable[list[models.QueryResponse]]
]

_EXACT = models.SearchParams(exact=True, quantization=models.QuantizationSearchParams(ignore=True))
_RESCORED = models.SearchParams(
    quantization=models.QuantizationSearchParams(rescore=True, oversampling=schema.OVERSAMPLING)
)


async def ranked(request: Rank, words: edge.SparseVector, ask: AskBatch) -> Scores:
    """Return id, cosine and BM25 of the union; BM25 is None when words were not asked."""
    asks_vector = request.mode is not SearchMode.SPARSE
    asks_words = request.mode is not SearchMode.DENSE and bool(words.indices)
    queries = [_nearest(request)] if asks_vector else []
    queries += [_wordiest(request, words)] if asks_words else []
    lists = [_scores(answer) for answer in (await ask(queries) if queries else [])]
    cosines = lists[0] if asks_vector else {}
    weights = lists[-1] if asks_words else {}
    missing = [point_id for point_id in weights if point_id not in cosines]
    if missing:
        (answer,) = await ask([_among(request, missing)])
        cosines |= _scores(answer)
    if request.mode is SearchMode.DENSE:
        return [(point_id, cosine, None) for point_id, cosine in cosines.items()]
    return [(point_id, cosine, weights.get(point_id, 0.0)) for point_id, cosine in cosines.items()]


def _nearest(request: Rank) -> models.QueryRequest:
    return models.QueryRequest(
        query=floats(request.vector),
        using=schema.DENSE,
        filter=server_filter(request.filter),
        params=_RESCORED,
        limit=request.limit,
        with_payload=False,
    )


def _wordiest(request: Rank, words: edge.SparseVector) -> models.QueryRequest:
    corpus = models.IdfCorpusParams(corpus=server_filter(request.corpus))
    return models.QueryRequest(
        query=sparse(words),
        using=schema.BM25,
        filter=server_filter(request.filter),
        params=models.SearchParams(idf=corpus),
        limit=request.limit,
        with_payload=False,
    )


def _among(request: Rank, ids: Sequence[str]) -> models.QueryRequest:
    return models.QueryRequest(
        query=floats(request.vector),
        using=schema.DENSE,
        filter=among(ids, request.corpus),  # the tenant's own, and nothing more to compare
        params=_EXACT,
        limit=len(ids),
        with_payload=False,
    )


def _scores(answer: models.QueryResponse) -> dict[str, float]:
    return {str(point.id): point.score for point in answer.points}
