"""Everything that is stored of one tenant, to compare before and after."""

from __future__ import annotations

from netgpt_docs_service.store.filters import of_tenant
from netgpt_docs_service.store.payloads import Kind
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_reads import Scroll
from netgpt_docs_service.store.points import Point


async def points_of(engine: PointEngine, tenant: str) -> list[Point]:
    """Return every point of `tenant` with its payload and vector, by kind and id."""
    found: list[Point] = []
    for kind in Kind:
        offset: str | None = None
        while True:
            matching = of_tenant(tenant, kind)
            page = Scroll(filter=matching, limit=256, offset=offset, with_vector=True)
            points, offset = await engine.call(page)
            found += points
            if offset is None:
                break
    return found
