"""Points cross to a server as the embedded engine has them, in requests that it takes."""

from __future__ import annotations

import math
from array import array
from dataclasses import replace

import pytest
from qdrant_client import models

from netgpt_docs_service.domain.chunks import chunk_id
from netgpt_docs_service.store.bm25 import bm25_model
from netgpt_docs_service.store.points import Point
from netgpt_docs_service.store.server_points import (
    MAX_BATCH_BYTES,
    MAX_BATCH_POINTS,
    batches,
    point_struct,
)

VECTOR = array("f", [math.pi / 7 * 10**-number for number in range(384)]).tobytes()
TEXT = "So many different words that each one of them counts, in a text of some length. " * 20
POINT = Point(chunk_id("a", "d", "g", 0), {"text": TEXT, "tenant": "a"}, VECTOR, words=TEXT)


def test_no_request_has_more_points_than_the_server_takes() -> None:
    sizes = [len(batch) for batch in batches([Point("id", {})] * (2 * MAX_BATCH_POINTS + 1))]

    assert sizes == [MAX_BATCH_POINTS, MAX_BATCH_POINTS, 1]


@pytest.mark.parametrize(
    "text", [TEXT, "Wörter über Öfen, 漢字も。" * 90, " ".join(map(str, range(900)))]
)
def test_no_request_is_longer_than_the_limit(text: str) -> None:
    large = replace(POINT, payload={"text": text, "more": "x" * 40_000}, words=text)
    model = bm25_model()
    cut = list(batches([large] * 200))

    assert sum(len(batch) for batch in cut) == 200
    for batch in cut:
        structs = [point_struct(point, model) for point in batch]
        body = models.PointsList(points=structs).model_dump_json(exclude_unset=True)
        assert len(body.encode()) <= MAX_BATCH_BYTES


def test_a_point_that_is_too_large_by_itself_is_sent_alone() -> None:
    huge = Point("huge", {"text": "x" * (MAX_BATCH_BYTES + 1)})

    assert [len(batch) for batch in batches([POINT, huge, POINT])] == [1, 1, 1]


def test_a_point_without_words_has_an_empty_sparse_vector() -> None:
    struct = point_struct(replace(POINT, words=""), bm25_model())

    assert isinstance(struct.vector, dict)
    assert struct.vector["bm25"] == models.SparseVector(indices=[], values=[])


def test_a_point_without_a_vector_has_no_words_either() -> None:
    assert point_struct(replace(POINT, vector=None), bm25_model()).vector == {}


def test_a_payload_keeps_what_is_nothing() -> None:
    struct = point_struct(Point(POINT.id, {"metadata": {"a": None}}), bm25_model())

    assert '"metadata":{"a":null}' in struct.model_dump_json(exclude_unset=True, exclude_none=True)
