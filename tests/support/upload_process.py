"""`python -m tests.support.upload_process FOLDER`: the application with a quick extractor.

It prints its port when it listens, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from netgpt_docs_service.app import create_app
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.edge_collection import opened_collection
from netgpt_docs_service.usecases.services import Services
from tests.support.edge import make_settings, write_keys
from tests.support.fakes import DIMENSION
from tests.support.services import services_over


async def serve(folder: Path) -> None:
    """Serve on loopback; temporary files lie in `folder`/tmp."""
    for name in ("tmp", "store"):
        (folder / name).mkdir()
    tempfile.tempdir = str(folder / "tmp")
    settings = make_settings(write_keys(folder / "keys.yaml"))

    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[Services]:
        async with opened_collection(folder / "store", DIMENSION, description={}) as process:
            yield services_over(process, settings)

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    app = create_app(settings, open_services=opened)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    print(listener.getsockname()[1], flush=True)
    await asyncio.to_thread(os.read, 0, 1)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
