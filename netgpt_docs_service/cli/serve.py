"""`netgpt-docs serve`: run the service until it is told to stop."""

from __future__ import annotations

import ipaddress
import logging
import socket
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer
import uvicorn
from pydantic import SecretStr

from netgpt_docs_service.cli.dev_key import ensure_dev_key
from netgpt_docs_service.cli.output import ERR, JsonOption, print_json_line, run
from netgpt_docs_service.cli.start import start_settings
from netgpt_docs_service.cli.stopping import DrainingServer, outlive_the_signal
from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.observability.cpus import cpu_budget
from netgpt_docs_service.observability.logs import configure_logging
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI

    from netgpt_docs_service.usecases.services import Services

_LOG = logging.getLogger(__name__)
_GRACE_S = 60
"""How long requests in flight may finish after SIGTERM; an ingest's own deadline is 55 s."""


def serve(
    *,
    dev: Annotated[
        bool, typer.Option("--dev", help="Make a random key; loopback addresses only.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Serve the HTTP API; settings come from the environment."""

    async def work() -> None:
        settings = start_settings()
        if dev:
            settings = _development(settings, as_json=as_json)
        await _serve(settings, as_json=as_json)

    run(work, as_json=as_json)


def _development(settings: Settings, *, as_json: bool) -> Settings:
    if not _is_loopback(settings.host):
        message = f"serve --dev listens on loopback only; HOST is {settings.host}"
        raise ConfigurationError(message)
    if settings.single_key() or settings.api_keys_file:
        return settings
    key = ensure_dev_key(settings.data_dir)
    if not as_json:
        ERR.print(f"development key, also in {settings.data_dir}/dev-key: {key}")
    return settings.model_copy(update={"api_key": SecretStr(key)})


async def _serve(settings: Settings, *, as_json: bool) -> None:
    from netgpt_docs_service.app import create_app  # noqa: PLC0415  seconds of imports
    from netgpt_docs_service.wiring.services import open_services  # noqa: PLC0415  as above

    _log(settings.log_level, is_stdout_taken=as_json)
    _log_threads(settings)
    metrics = Metrics()

    @asynccontextmanager
    async def opened(_: Settings) -> AsyncIterator[Services]:
        yield services

    app = create_app(settings, open_services=opened, metrics=metrics)  # refuses before it loads
    listener = _bound(settings.host, settings.port)
    address = _address(listener)
    server = _server(app, lambda: _say_where(address, as_json=as_json))
    async with open_services(settings, address=address, metrics=metrics) as services:
        outlive_the_signal()
        await server.serve(sockets=[listener])


def _server(app: FastAPI, on_listening: Callable[[], None]) -> DrainingServer:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
        h11_max_incomplete_event_size=64 * 1024,
    )
    config.load()  # its imports would come between the announced address and the first answer
    return DrainingServer(config, readiness=app.state.readiness, on_listening=on_listening)


def _log(level: str, *, is_stdout_taken: bool) -> None:
    configure_logging(level)
    if not is_stdout_taken:
        return
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(sys.stderr)


def _log_threads(settings: Settings) -> None:
    budget = cpu_budget()
    threads = settings.engine_threads(budget.usable)
    _LOG.info("embedding uses %d threads of %s", threads, budget)


def _say_where(address: str, *, as_json: bool) -> None:
    if as_json:
        print_json_line({"address": address})
    else:
        ERR.print(f"listening on {address}, documentation at {address}/docs")


def _bound(host: str, port: int) -> socket.socket:
    """Take the address now, so that one in use is refused before the model loads.

    The server listens, when it can answer: until then a connection is refused, not kept waiting.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, because asyncio switches Nagle's algorithm off only then: 40 ms an answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        message = f"cannot listen on {host} port {port}: {error.strerror or error}"
        raise ConfigurationError(message) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
