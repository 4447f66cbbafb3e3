"""A server that freezes, crashes and comes back somewhere else, seen through one store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from netgpt_docs_service.errors import StoreUnavailable
from tests.contract.conftest import DIMENSION, Author
from tests.support.breakable_server import BreakableServer, breakable_server
from tests.support.face_process import API_KEY, FaceProcess, running_face
from tests.support.fault_proxy import FaultProxy, address_of, proxy_before
from tests.support.qdrant_address import QdrantAddress, named_server
from tests.support.server_collection import emptied_collection

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.process,
    pytest.mark.skipif(named_server() is not None, reason="a server of others is not killed"),
]

NAME = "documents"


@pytest_asyncio.fixture(loop_scope="session")
async def face(quick_folder: Path) -> AsyncIterator[FaceProcess]:
    async with running_face(quick_folder) as face:
        async with emptied_collection(QdrantAddress(face.url), DIMENSION, name=NAME):
            pass
        yield face


@pytest_asyncio.fixture(loop_scope="session")
async def proxy(face: FaceProcess) -> AsyncIterator[FaultProxy]:
    async with proxy_before(face.url) as proxy:
        yield proxy


@pytest_asyncio.fixture(loop_scope="session")
async def server(proxy: FaultProxy) -> AsyncIterator[BreakableServer]:
    async with breakable_server(proxy, api_key=API_KEY, name=NAME) as server:
        yield server


@pytest.fixture
def author(server: BreakableServer) -> Author:
    return Author(server.store, "acme")


async def test_a_frozen_server_is_told_and_answers_when_it_wakes(
    face: FaceProcess, server: BreakableServer, author: Author
) -> None:
    standing = await author.publish(sequence=10)
    face.pause()
    with pytest.raises(StoreUnavailable):
        await author.publish(sequence=11)
    face.resume()
    await server.heal()
    assert await author.store.manifest("acme", "doc") == standing
    assert (await author.publish(sequence=12)).version == 12


async def test_a_server_that_crashed_comes_back_at_another_address_with_everything(
    face: FaceProcess, server: BreakableServer, author: Author, quick_folder: Path
) -> None:
    standing = await author.publish(sequence=10, texts=["one", "two"])
    await face.kill()
    with pytest.raises(StoreUnavailable):
        await author.store.manifest("acme", "doc")
    async with running_face(quick_folder) as successor:
        server.proxy.upstream = address_of(successor.url)
        await server.heal()
        assert len(await author.store.chunks("acme", standing)) == 2
        assert (await author.publish(sequence=11)).version == 11
