from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from netgpt_docs_service.store.edge_engine import EdgeEngine
from netgpt_docs_service.store.edge_wire import Answer, Ask, Inbox, packed
from netgpt_docs_service.store.edge_worker import EdgeWorker
from netgpt_docs_service.store.point_reads import Count, Retrieve
from netgpt_docs_service.store.point_writes import Flush, Upsert
from netgpt_docs_service.store.points import Point

POINT = Point("00000000-0000-0000-0000-000000000009", {"kind": "chunk"})


class Caller:
    """The parent's end of the socket; what it says arrives together, before the work begins."""

    def __init__(self, link: socket.socket, worker: EdgeWorker) -> None:
        self._link = link
        self._thread = Thread(target=worker.run)

    def answers(self, *asks: Ask) -> list[Answer]:
        self._link.sendall(b"".join(packed(ask) for ask in asks))
        self._thread.start()
        inbox, found = Inbox(), list[Answer]()
        while len(found) < len(asks):
            messages = inbox.feed(self._link.recv(7))
            found += [message for message in messages if isinstance(message, Answer)]
        self._link.shutdown(socket.SHUT_WR)
        self._thread.join()
        return found


@pytest.fixture
def caller(engine: EdgeEngine) -> Iterator[Caller]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Caller(ours, EdgeWorker(theirs, engine, parent=os.getppid()))


def test_reads_overtake_writes(caller: Caller) -> None:
    answers = caller.answers(Ask(1, Upsert(points=(POINT,))), Ask(2, Retrieve(())))
    assert [answer.number for answer in answers] == [2, 1]


def test_one_flush_answers_all_that_wait(caller: Caller) -> None:
    upsert = Upsert(points=(POINT,))
    answers = caller.answers(Ask(1, Flush()), Ask(2, upsert), Ask(3, Flush()))
    assert [answer.number for answer in answers] == [1, 3, 2]


def test_a_stream_of_reads_does_not_starve_a_write(caller: Caller) -> None:
    reads = [Ask(number, Count()) for number in range(1, 41)]
    answers = caller.answers(*reads, Ask(99, Flush()))
    assert [answer.number for answer in answers].index(99) == 16


def test_a_request_the_engine_refuses_is_answered_with_the_reason(caller: Caller) -> None:
    (answer,) = caller.answers(Ask(1, Retrieve(("no id",))))
    assert "failed to parse no id" in (answer.refused or "")
