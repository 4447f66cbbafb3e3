from __future__ import annotations

import signal
import socket

import pytest
import uvicorn

from netgpt_docs_service.api.state import Readiness
from netgpt_docs_service.cli import serve
from netgpt_docs_service.cli.stopping import DrainingServer
from netgpt_docs_service.errors import ConfigurationError


async def nothing(_scope: object, _receive: object, _send: object) -> None:
    """An application that is never asked."""


def is_listening(listener: socket.socket) -> bool:
    return bool(listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def test_a_taken_address_accepts_nothing_yet() -> None:
    with serve._bound("127.0.0.1", 0) as listener:  # noqa: SLF001  the promise is this function's
        assert not is_listening(listener)


def test_a_port_that_somebody_listens_on_is_refused_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=str(port)):
            serve._bound("127.0.0.1", port)  # noqa: SLF001  as above


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_signal_ends_readiness_before_anything_else(number: signal.Signals) -> None:
    readiness = Readiness(is_ready=True)
    config = uvicorn.Config(nothing, log_config=None)
    server = DrainingServer(config, readiness=readiness, on_listening=lambda: None)

    server.handle_exit(number, None)

    assert (readiness.is_ready, server.should_exit) == (False, True)


async def test_the_address_is_told_once_connections_are_accepted() -> None:
    listener = serve._bound("127.0.0.1", 0)  # noqa: SLF001  as above
    told: list[bool] = []
    config = uvicorn.Config(nothing, log_config=None, lifespan="off")
    server = DrainingServer(
        config,
        readiness=Readiness(),
        on_listening=lambda: told.append(is_listening(listener)),
    )
    server.should_exit = True

    await server.serve(sockets=[listener])

    assert told == [True]
