"""The engine process: one shard, one thread, the work that cannot wait first.

It outlives signals, because its parent decides when it ends, and ends cleanly when the parent
closes the socket or is gone.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import socket
import sys
from collections import deque
from pathlib import Path

from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.store.edge_engine import EdgeEngine
from netgpt_docs_service.store.edge_wire import Answer, Ask, Inbox, packed
from netgpt_docs_service.store.point_writes import Flush

_LOGGER = logging.getLogger(__name__)
_RECEIVE_BYTES = 1 << 20
_PARENT_CHECK_S = 1.0  # a process forked by the parent may keep the socket open after its death
_READS_IN_A_ROW = 16  # then one write, so that a steady stream of queries starves no ingest
_LOCK_TIMEOUT_S = 10.0  # how long an orphan before us may take to flush and close


class EdgeWorker:
    """Serve requests from one socket: reads, then writes, then the optimizer."""

    def __init__(self, link: socket.socket, engine: EdgeEngine, *, parent: int) -> None:
        """Serve `link` as long as the process `parent` lives."""
        self._link = link
        self._engine = engine
        self._parent = parent
        self._inbox = Inbox()
        self._reads: deque[Ask] = deque()
        self._writes: deque[Ask] = deque()
        self._reads_in_a_row = 0

    def run(self) -> None:
        """Answer until the parent hangs up."""
        while self._receive():
            self._work()

    def _receive(self) -> bool:
        idle = not (self._reads or self._writes or self._engine.wants_optimizing)
        patience_s = _PARENT_CHECK_S if idle else 0.0
        while select.select([self._link], [], [], patience_s)[0]:
            data = self._link.recv(_RECEIVE_BYTES)
            if not data:
                return False
            self._sort(data)
            patience_s = 0.0
        return os.getppid() == self._parent

    def _sort(self, data: bytes) -> None:
        for message in self._inbox.feed(data):
            if isinstance(message, Ask):
                (self._reads if message.request.is_read else self._writes).append(message)

    def _work(self) -> None:
        if self._reads and not (self._writes and self._reads_in_a_row >= _READS_IN_A_ROW):
            self._reads_in_a_row += 1
            self._answer(self._reads.popleft())
        elif not self._reads and self._may_optimize():
            self._optimize()
        elif self._writes:
            self._reads_in_a_row = 0
            self._write(self._writes.popleft())

    def _may_optimize(self) -> bool:
        return self._engine.needs_optimizing or (self._engine.wants_optimizing and not self._writes)

    def _write(self, ask: Ask) -> None:
        if not isinstance(ask.request, Flush):
            self._answer(ask)
            return
        together = [other for other in self._writes if isinstance(other.request, Flush)]
        self._writes = deque(
            other for other in self._writes if not isinstance(other.request, Flush)
        )
        outcome = self._outcome(ask)
        for each in (ask, *together):
            self._send(Answer(each.number, failed=outcome.failed))

    def _optimize(self) -> None:
        try:
            self._engine.optimize()
        except Exception:  # everything stays readable without it; it is tried again later
            _LOGGER.exception("optimizing the shard failed")

    def _answer(self, ask: Ask) -> None:
        self._send(self._outcome(ask))

    def _outcome(self, ask: Ask) -> Answer:
        try:
            return Answer(ask.number, self._engine.answer(ask.request))
        except (TypeError, ValueError) as error:  # what the engine says of values it cannot hold
            return Answer(ask.number, refused=_first_line(error))
        except Exception as error:  # noqa: BLE001  the engine raises plain Exception for the rest
            return Answer(ask.number, failed=_first_line(error))

    def _send(self, answer: Answer) -> None:
        self._link.sendall(packed(answer))


def main(link_fd: str, parent: str, folder: str, dimension: str, indexes: str) -> None:
    """Open the shard, say so as answer 0, and serve until the parent hangs up."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    with socket.socket(fileno=int(link_fd)) as link:
        try:
            engine = EdgeEngine(
                Path(folder),
                int(dimension),
                lock_timeout_s=_LOCK_TIMEOUT_S,
                indexes=json.loads(indexes),
            )
        except ConfigurationError as error:
            link.sendall(packed(Answer(0, refused=error.message)))
            sys.exit(1)
        except Exception as error:  # noqa: BLE001  reported to the parent, which decides
            link.sendall(packed(Answer(0, failed=_first_line(error))))
            sys.exit(1)
        try:
            link.sendall(packed(Answer(0)))
            EdgeWorker(link, engine, parent=int(parent)).run()
        except ConnectionError:
            _LOGGER.info("the service went away in the middle of an answer")  # as it may
        finally:
            engine.close()


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
