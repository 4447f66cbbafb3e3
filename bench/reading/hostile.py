"""What hostile files cost a running service, and how they end."""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.support.files.hostile_uploads import HOSTILE_UPLOADS, STORED, HostileUpload
from tests.support.resident_memory import resident_mb
from tests.support.service_process import ServiceProcess
from tests.support.uploads import FORM, one_file

_LOOK_S = 0.01


@dataclass(slots=True)
class _Watch:
    """The most memory that a process, and all of its children that come and go, hold."""

    pid: int
    most_mb: float = 0.0
    most_of_children_mb: float = 0.0
    _is_over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    _thread: threading.Thread = field(init=False)

    def _look(self) -> None:
        while not self._is_over.wait(_LOOK_S):
            self.most_mb = max(self.most_mb, resident_mb(self.pid))
            for child in _children(self.pid):
                try:
                    self.most_of_children_mb = max(self.most_of_children_mb, resident_mb(child))
                except (FileNotFoundError, IndexError):
                    continue


def hostile_rows() -> None:
    """Print one line for each hostile file: how it ended, its seconds, the memory it took."""
    with tempfile.TemporaryDirectory() as folder:
        service = ServiceProcess(Path(folder) / "data")
        service.start_and_wait()
        try:
            _send(service, HostileUpload("", "warm.txt", lambda: b"words", frozenset()))
            print(
                "| file | ends as | seconds | service grows by, MB | reading process at most, MB |"
            )
            print("| --- | --- | --- | --- | --- |")
            for upload in HOSTILE_UPLOADS:
                print(_send(service, upload))
        finally:
            service.stop()


def _send(service: ServiceProcess, upload: HostileUpload) -> str:
    body = one_file(upload.name, upload.make())
    before_mb = resident_mb(service.pid)
    began = time.perf_counter()
    with _Watch(service.pid) as watch, service.client() as http:
        answer = http.post("/ingest/files", content=body, headers=FORM)
    took_s = time.perf_counter() - began
    grown_mb = max(0.0, watch.most_mb - before_mb)
    return (
        f"| {upload.title} | {_end(answer.json())} | {took_s:.2f} | {grown_mb:.0f} "
        f"| {watch.most_of_children_mb:.0f} |"
    )


def _end(answer: dict[str, object]) -> str:
    rejected = answer.get("rejected")
    if isinstance(rejected, list) and rejected:
        return str(rejected[0]["problem"]["type"]).rpartition(":")[2]
    return STORED if answer.get("uploaded") else str(answer.get("type")).rpartition(":")[2]


def _children(pid: int) -> list[int]:
    """Return the processes that read files for `pid`."""
    try:
        lists = Path(f"/proc/{pid}/task").glob("*/children")
        found = [int(each) for path in lists for each in path.read_text().split()]
        return [each for each in found if b"sandbox" in Path(f"/proc/{each}/cmdline").read_bytes()]
    except OSError:
        return []
