"""A cluster of three that loses a node goes on, as far as the order of writes allows it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from netgpt_docs_service.domain.chunks import generation_name
from netgpt_docs_service.errors import StoreUnavailable
from netgpt_docs_service.store.point_store import PointStore
from tests.contract.conftest import DIMENSION, Author
from tests.support.face_process import FaceProcess, running_face
from tests.support.qdrant_address import QdrantAddress, named_server
from tests.support.server_collection import server_collection

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.process,
    pytest.mark.skipif(named_server() is not None, reason="nodes of others are not declared dead"),
]

LOWEST, HIGHEST = 0, 2


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cluster(quick_parent: Path) -> AsyncIterator[FaceProcess]:
    with TemporaryDirectory(dir=quick_parent) as folder:
        async with running_face(Path(folder), peers=3) as face:
            yield face


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cluster_store(cluster: FaceProcess) -> AsyncIterator[PointStore]:
    address = QdrantAddress(cluster.urls[1])
    async with server_collection(address, DIMENSION, timeout_s=2.0) as engine:
        yield PointStore(engine)


@pytest.fixture
def author(cluster_store: PointStore, tenant: str) -> Author:
    return Author(cluster_store, tenant)


@pytest_asyncio.fixture(loop_scope="session")
async def dead_peer(
    request: pytest.FixtureRequest, cluster: FaceProcess, cluster_store: PointStore
) -> AsyncIterator[None]:
    assert cluster_store  # made while all of them are there
    await cluster.declare_peer(request.param, "Dead")
    yield
    await cluster.declare_peer(request.param, "Active")


@pytest.mark.parametrize("dead_peer", [LOWEST], indirect=True)
@pytest.mark.usefixtures("dead_peer")
async def test_with_a_node_down_documents_are_written_fenced_and_read(author: Author) -> None:
    standing = await author.publish(sequence=10)
    fenced = await author.store.fence(author.tenant, standing, 20)

    assert fenced is not None
    assert fenced.generation == generation_name(10, 1)
    assert len(await author.candidates()) == 1


@pytest.mark.parametrize("dead_peer", [HIGHEST], indirect=True)
@pytest.mark.usefixtures("dead_peer")
async def test_with_the_highest_node_down_chunks_are_written_and_flips_wait(author: Author) -> None:
    manifest = author.manifest()
    await author.write(manifest)

    with pytest.raises(StoreUnavailable, match="answered 500"):
        await author.store.flip(author.tenant, manifest)
    assert await author.store.manifest(author.tenant, "doc") is None
