"""No list of the embedded engine goes beyond the tenant who asks."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from netgpt_docs_service.domain.search import SearchMode
from netgpt_docs_service.store.edge_engine import EdgeEngine
from netgpt_docs_service.store.filters import findable_of_tenant
from netgpt_docs_service.store.point_reads import Rank
from netgpt_docs_service.store.point_writes import Upsert
from netgpt_docs_service.store.points import Point

VECTOR = array("f", [1.0, 0.0]).tobytes()
POINT = Point("00000000-0000-0000-0000-000000000001", {"tenant": "acme"}, VECTOR, words="walrus")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EdgeEngine]:
    engine = EdgeEngine(tmp_path / "shard", 2, lock_timeout_s=5.0)
    engine.answer(Upsert(points=(POINT,)))
    yield engine
    engine.close()


@pytest.mark.parametrize(("owner", "found"), [("acme", 1), ("other", 0)])
def test_cosines_of_what_words_found_are_asked_of_the_tenants_own(
    engine: EdgeEngine, owner: str, found: int
) -> None:
    rank = Rank(
        filter=findable_of_tenant("acme"),
        corpus=findable_of_tenant(owner),
        words="walrus",
        vector=VECTOR,
        mode=SearchMode.SPARSE,
        limit=5,
    )

    scores = engine.answer(rank)

    assert isinstance(scores, list)
    assert len(scores) == found
