"""What was stored on one engine is exported, imported into the other, and the same there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from netgpt_docs_service.domain.search import Question
from netgpt_docs_service.store.edge_collection import opened_collection
from tests.support.fakes import DIMENSION
from tests.support.qdrant_address import QdrantAddress
from tests.support.server_collection import server_collection
from tests.support.tools import TEXT, Toolbox

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", params=["edge to server", "server to edge"])
async def boxes(
    request: pytest.FixtureRequest, quick_parent: Path, qdrant: QdrantAddress
) -> AsyncIterator[tuple[Toolbox, Toolbox]]:
    """The tools over the one engine and over the other, both without documents."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(dir=quick_parent))
        edge = await stack.enter_async_context(
            opened_collection(Path(folder), DIMENSION, description={})
        )
        server = await stack.enter_async_context(server_collection(qdrant, DIMENSION))
        ordered = (edge, server) if request.param == "edge to server" else (server, edge)
        yield Toolbox(ordered[0]), Toolbox(ordered[1])


@pytest.mark.parametrize("vectors", [True, False])
async def test_an_archive_brings_every_document_to_the_other_engine(
    boxes: tuple[Toolbox, Toolbox], *, vectors: bool
) -> None:
    here, there = boxes
    for number in range(12):
        await here.ingest(f"doc-{number}", text=f"{TEXT}\n\nnumber {number}")
    await here.ingest("b/ö", tenant="beta", text="\u2028 \U0001f40b\n\n \n\nend")
    await here.services.change_fields.change("acme", "doc-3", lambda old: replace(old, title="Sea"))

    statuses = await there.import_all(await here.export(vectors=vectors))

    assert statuses == ["imported"] * 13
    assert await there.export() == await here.export()
    assert (await there.check()).is_clean


async def test_both_engines_answer_a_question_alike(boxes: tuple[Toolbox, Toolbox]) -> None:
    here, there = boxes
    for number in range(12):
        await here.ingest(f"doc-{number}", text=f"{TEXT}\n\nnumber {number}")
    await there.import_all(await here.export())
    question = Question(text="seal number 7", top_k=100)

    one, other = [
        (await each.services.search.search("acme", question)).hits for each in (here, there)
    ]

    # Equal scores are ordered by the chunks' ids, which an import makes anew.
    assert len(one) == 48
    assert sorted((hit.chunk.text, hit.chunk.doc_id, round(hit.score, 4)) for hit in one) == sorted(
        (hit.chunk.text, hit.chunk.doc_id, round(hit.score, 4)) for hit in other
    )
