"""Chunks and pairs as points, with the vector and the words that find them."""

from __future__ import annotations

from array import array

from netgpt_docs_service.domain.chunks import Chunk, StoredVector, Vector
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.store.chunk_payloads import chunk_payload
from netgpt_docs_service.store.lexical import indexed_words
from netgpt_docs_service.store.points import Point


def chunk_point(tenant: str, manifest: Manifest, chunk: Chunk, vector: Vector | None) -> Point:
    """Return the point of `tenant`'s chunk or pair."""
    return Point(
        chunk.point_id(tenant),
        chunk_payload(tenant, manifest, chunk),
        None if vector is None else array("f", vector).tobytes(),
        words=indexed_words(manifest, chunk),
    )


def stored_vector(point: Point) -> StoredVector | None:
    """Return the vector of a point that has one and says what it is of."""
    names = (point.payload.get("generation"), point.payload.get("chunk_hash"))
    if point.vector is None or not all(isinstance(each, str) for each in names):
        return None
    vector = array("f", point.vector)
    return StoredVector(point.payload["generation"], point.payload["chunk_hash"], vector)
