"""Points as a Qdrant server takes and returns them, and how many go into one request."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import qdrant_edge as edge
from qdrant_client import models

from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.store import schema
from netgpt_docs_service.store.points import Point

MAX_BATCH_POINTS = 32
"""What a server makes visible together; as JSON of one body, the loop stands still for 10 ms."""

MAX_BATCH_BYTES = 4 * 2**20
"""The server refuses bodies above 32 MiB by default; a proxy before it often much smaller ones."""

_FLOAT_BYTES = 22  # a float32 as JSON, with its comma
_WORD_BYTES = 34  # its index and its weight
_WORD_CHARACTERS = 3  # of text for each different word: there are fewer words than that


def point_struct(point: Point, bm25: edge.Bm25) -> models.PointStruct:
    """Return a point with the weights of its words; one without a vector has neither.

    Raises InvalidInput for values that JSON has no words for: the client would send a null.
    """
    try:
        json.dumps(point.payload, allow_nan=False)
    except ValueError as error:
        msg = f"the store cannot hold this: {error}"
        raise InvalidInput(msg) from error
    if point.vector is None:
        return models.PointStruct(id=point.id, vector={}, payload=point.payload)
    vectors: dict[str, list[float] | models.SparseVector] = {
        schema.DENSE: floats(point.vector),
        schema.BM25: sparse(bm25.embed_document(point.words)),
    }
    return models.PointStruct.model_validate(
        {"id": point.id, "vector": vectors, "payload": point.payload}
    )


def sparse(weights: edge.SparseVector) -> models.SparseVector:
    """Return the weights of words; of no words, an empty vector."""
    return models.SparseVector(indices=list(weights.indices), values=list(weights.values))


def floats(vector: bytes) -> list[float]:
    """Return what float32 bytes hold."""
    return array("f", vector).tolist()


def points_of(records: Iterable[models.Record]) -> list[Point]:
    """Read points back, with the dense vector where it was asked for."""
    return [
        Point(str(record.id), record.payload or {}, _bytes(record.vector)) for record in records
    ]


def batches(points: Sequence[Point]) -> Iterator[list[Point]]:
    """Cut `points` into requests that a server takes; one that is too large by itself stays one."""
    batch: list[Point] = []
    batch_bytes = 0
    for point in points:
        point_bytes = _json_bytes(point)
        is_full = len(batch) == MAX_BATCH_POINTS or batch_bytes + point_bytes > MAX_BATCH_BYTES
        if batch and is_full:
            yield batch
            batch, batch_bytes = [], 0
        batch.append(point)
        batch_bytes += point_bytes
    if batch:
        yield batch


def _json_bytes(point: Point) -> int:
    """Return what the point takes at most in a body."""
    dense = 0 if point.vector is None else len(point.vector) // 4 * _FLOAT_BYTES
    words = len(point.words) // _WORD_CHARACTERS * _WORD_BYTES
    return len(json.dumps(point.payload)) + dense + words


def _bytes(vector: models.VectorStructOutput | None) -> bytes | None:
    dense = vector.get(schema.DENSE) if isinstance(vector, dict) else None
    return array("f", cast("list[float]", dense)).tobytes() if dense else None
