from __future__ import annotations

import socket

import pytest


@pytest.fixture(autouse=True)
def _no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that connects to anything; pairs of sockets within the process stay possible."""

    def refuse(_: socket.socket, address: object) -> None:
        pytest.fail(f"a unit test connects to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
