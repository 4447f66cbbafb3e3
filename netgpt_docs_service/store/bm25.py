"""How text becomes weighted words: the engine's own BM25, the same whatever keeps the points."""

from __future__ import annotations

import qdrant_edge as edge

from netgpt_docs_service.store import schema


def bm25_model() -> edge.Bm25:
    """Return the model that turns text into the weights of its words."""
    return edge.Bm25(
        edge.Bm25Config(language=schema.BM25_LANGUAGE, avg_len=schema.BM25_AVERAGE_LENGTH)
    )
