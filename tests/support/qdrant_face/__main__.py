"""`python -m tests.support.qdrant_face --folder F`: prints its address when it listens."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from threading import Thread

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from tests.support.qdrant_face.answers import Guard
from tests.support.qdrant_face.catalogue import Catalogue
from tests.support.qdrant_face.cluster_routes import CLUSTER_ROUTES
from tests.support.qdrant_face.collection_routes import COLLECTION_ROUTES
from tests.support.qdrant_face.point_routes import POINT_ROUTES
from tests.support.qdrant_face.snapshot_routes import SNAPSHOT_ROUTES


def _arguments() -> Namespace:
    parser = ArgumentParser(description="stand for a Qdrant server in tests")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="of the first peer; 0 chooses one")
    parser.add_argument("--api-key", default="")
    parser.add_argument("--read-only-api-key", default="")
    parser.add_argument("--peers", type=int, default=1, help="addresses of one cluster")
    parser.add_argument("--until-eof", action="store_true", help="end when stdin is closed")
    return parser.parse_args()


def _listening(port: int) -> socket.socket:
    # Of no named protocol, asyncio would not know it for TCP, and each answer would wait 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def _end_with_stdin() -> None:
    # Not through sys.stdin: Python cannot end while a thread waits in there.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serve until SIGTERM, then close every shard."""
    arguments = _arguments()
    if arguments.until_eof:
        Thread(target=_end_with_stdin, daemon=True).start()
    ports = [arguments.port, *[0] * (arguments.peers - 1)]
    listeners = [_listening(port) for port in ports]
    guard = Middleware(Guard, api_key=arguments.api_key, read_only_key=arguments.read_only_api_key)
    app = Starlette(
        routes=[*CLUSTER_ROUTES, *COLLECTION_ROUTES, *POINT_ROUTES, *SNAPSHOT_ROUTES],
        middleware=[guard],
    )
    app.state.ports = [listener.getsockname()[1] for listener in listeners]
    app.state.dead_peers = set()
    app.state.catalogue = Catalogue(arguments.folder, peer_count=arguments.peers)
    print(*(f"http://127.0.0.1:{port}" for port in app.state.ports), flush=True)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    )
    # uvicorn raises the signal again when it has ended: then there are shards to close.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        asyncio.run(server.serve(sockets=listeners))
    finally:
        app.state.catalogue.close()


if __name__ == "__main__":
    main()
