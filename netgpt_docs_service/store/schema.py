"""How the collection is laid out, in the embedded engine and on a server alike."""

from __future__ import annotations

DENSE = "dense"
BM25 = "bm25"

BM25_LANGUAGE = "english"
BM25_AVERAGE_LENGTH = 128.0
"""Fixed, because it is part of every stored weight; BM25 alone ranks 1.3 % better than with 256."""

QUANTILE = 0.99
OVERSAMPLING = 1.0
"""The list is rescored with the originals as it is: recall@10 stays 1.0, and 2.0 costs 1-2 ms."""

PAYLOAD_INDEXES = {
    "tenant": "tenant",
    "kind": "keyword",
    "state": "keyword",
    "doc_id": "keyword",
    "sequence": "integer",
    "doc_type": "keyword",
    "tags": "keyword",
    "source": "keyword",
    "intent": "keyword",
    "created_at": "datetime",
    "updated_at": "datetime",
    "expires_at": "datetime",
}
"""Field and kind of index, made before the first write; `tenant` is a keyword that groups."""


def layout(dimension: int) -> dict[str, str | int | float]:
    """Describe what cannot change under points that are already stored."""
    return {
        "format": 2,
        "dimension": dimension,
        "distance": "cosine",
        "bm25_language": BM25_LANGUAGE,
        "bm25_average_length": BM25_AVERAGE_LENGTH,
    }
