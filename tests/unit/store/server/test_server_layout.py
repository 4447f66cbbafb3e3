"""A collection that is there is compared field by field with what this service would make."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from netgpt_docs_service.errors import (
    StartupError,
)
from tests.support.scripted_qdrant import ScriptedQdrant
from tests.unit.store.server.conftest import MakeCollection


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda made: made["vectors"].pop("dense"), "vector 'dense' is None"),
        (lambda made: made["vectors"]["dense"].update(size=8), "size of vector 'dense' is 8"),
        (lambda made: made["vectors"]["dense"].update(distance="Dot"), "distance of vector"),
        (lambda made: made.pop("hnsw_config"), "hnsw m is 16, this service needs 0"),
        (lambda made: made["hnsw_config"].update(payload_m=0), "hnsw payload_m is 0"),
        (lambda made: made.pop("quantization_config"), "quantization is None"),
        (
            lambda made: made.update(quantization_config={"binary": {}}),
            "quantization is 'BinaryQuantization'",
        ),
        (
            lambda made: made["quantization_config"]["scalar"].update(quantile=0.5),
            "quantile of quantization is 0.5",
        ),
        (
            lambda made: made["strict_mode_config"].update(max_query_limit=100),
            "strict mode's max_query_limit is 100, this service needs 2000",
        ),
        (
            lambda made: made["strict_mode_config"].update(search_allow_exact=False),
            "strict mode's search_allow_exact is False",
        ),
        (lambda made: made["sparse_vectors"]["bm25"].pop("modifier"), "modifier of sparse vector"),
        (lambda made: made.pop("sparse_vectors"), "modifier of sparse vector"),
    ],
)
async def test_a_part_that_does_not_fit_is_named(
    server: ScriptedQdrant,
    collection: MakeCollection,
    spoil: Callable[[dict[str, Any]], object],
    said: str,
) -> None:
    await collection().prepare()
    spoil(server.collections["docs-1"])

    with pytest.raises(StartupError, match=said):
        await collection().prepare()


@pytest.mark.parametrize(
    ("field", "index", "said"),
    [
        ("doc_id", {"data_type": "text", "points": 0}, "index of 'doc_id' is 'text'"),
        ("tenant", {"data_type": "keyword", "points": 0}, "is_tenant of the payload index"),
    ],
)
async def test_a_wrong_payload_index_is_named(
    server: ScriptedQdrant,
    collection: MakeCollection,
    field: str,
    index: dict[str, object],
    said: str,
) -> None:
    await collection().prepare()
    server.indexes[field] = index

    with pytest.raises(StartupError, match=said):
        await collection().prepare()


@pytest.mark.parametrize(
    ("part", "spoil"),
    [
        ("vector 'dense'", lambda made: made["vectors"]["dense"].update(memory="pinned")),
        (
            "quantization",
            lambda made: made["quantization_config"]["scalar"].update(memory="cached"),
        ),
    ],
)
async def test_other_memory_than_ours_is_only_a_warning(
    server: ScriptedQdrant,
    collection: MakeCollection,
    caplog: pytest.LogCaptureFixture,
    *,
    part: str,
    spoil: Callable[[dict[str, Any]], object],
) -> None:
    await collection().prepare()
    spoil(server.collections["docs-1"])

    with caplog.at_level(logging.WARNING):
        await collection().prepare()

    assert f"memory of {part} is " in caplog.text


async def test_a_quantile_that_went_through_float32_is_the_same(
    server: ScriptedQdrant, collection: MakeCollection
) -> None:
    await collection().prepare()
    stored = server.collections["docs-1"]["quantization_config"]["scalar"]
    stored["quantile"] = 0.9900000095367432

    await collection().prepare()
