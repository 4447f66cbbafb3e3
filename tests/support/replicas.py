"""Several services on one Qdrant, and one door in front of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import httpx

from tests.support.face_process import API_KEY
from tests.support.ports import free_port
from tests.support.service_process import KEY, START_S, ServiceProcess, wait_until

_NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 16m;
  upstream replicas {{ {servers} }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://replicas; proxy_next_upstream off; }}
  }}
}}
"""


def on_server(folder: Path, url: str, **settings: str) -> ServiceProcess:
    """Return a service, not started yet, that keeps its documents in the Qdrant at `url`."""
    chosen = {
        "QDRANT_URL": url,
        "QDRANT_API_KEY": API_KEY,
        "PORT": str(free_port()),
        "EMBEDDING_THREADS": "1",
        **settings,
    }
    return ServiceProcess(folder, chosen)


@contextmanager
def replicas(folder: Path, url: str, *, count: int = 2) -> Iterator[list[ServiceProcess]]:
    """Run `count` services on the Qdrant at `url`, all started at the same moment."""
    services = [on_server(folder / f"replica-{number}", url) for number in range(count)]
    try:
        for each in services:
            each.start()
        for each in services:
            each.wait_until_ready()
        yield services
    finally:
        for each in services:
            each.stop()


class Alternating(httpx.BaseTransport):
    """Sends each request to the next of several services, as a proxy in front of them does."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = cycle([httpx.URL(address) for address in addresses])
        self._transport = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = next(self._addresses)
        request.url = request.url.copy_with(host=address.host, port=address.port)
        return self._transport.handle_request(request)

    def close(self) -> None:
        self._transport.close()


@contextmanager
def alternating(addresses: Sequence[str]) -> Iterator[httpx.Client]:
    with Alternating(addresses) as transport, _client("http://front", transport) as client:
        yield client


def nginx_program() -> str | None:
    """Return the nginx of this machine; None without one. NGINX may name one in another place."""
    return (
        os.environ.get("NGINX") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    )


@contextmanager
def behind_nginx(folder: Path, program: str, addresses: Sequence[str]) -> Iterator[httpx.Client]:
    folder.mkdir()
    port = free_port()
    servers = " ".join(f"server {address.removeprefix('http://')};" for address in addresses)
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port, servers=servers))
    process = subprocess.Popen([program, "-c", str(config), "-e", str(folder / "error.log")])
    try:
        with _client(f"http://127.0.0.1:{port}") as client:
            wait_until(lambda: _answers(client), START_S)
            yield client
    finally:
        process.terminate()
        process.wait(START_S)


def _client(url: str, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {KEY}"}
    return httpx.Client(base_url=url, headers=headers, timeout=60.0, transport=transport)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/livez").is_success
    except httpx.HTTPError:
        return False
