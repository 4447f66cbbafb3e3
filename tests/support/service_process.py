"""A real service in a process of its own, on loopback, with deadlines on every wait."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from netgpt_docs_service.settings import child_environment
from netgpt_docs_service.wiring.stores import owner_address

KEY = "acceptance-key-0123456789"
START_S = 90.0
STOP_S = 30.0


@dataclass(slots=True)
class ServiceProcess:
    """`netgpt-docs serve` on a data directory; `settings` are environment variables."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        chosen = {
            "DATA_DIR": str(self.data_dir),
            "EMBEDDING_MODEL": "bundled",
            "PORT": "0",
            "API_KEY": KEY,
            "MIN_FREE_DISK_MB": "64",
            **self.settings,
        }
        return child_environment(**{name: value for name, value in chosen.items() if value})

    def start(self, *options: str, is_split: bool = False) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log, self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "netgpt_docs_service", "serve", *options],
                cwd=self.data_dir.parent,  # the settings here, and no `.env`, decide
                env=self.environment(),
                stdout=log,
                stderr=said if is_split else log,
                start_new_session=True,
            )

    def start_and_wait(self, *options: str, is_split: bool = False) -> str:
        self.start(*options, is_split=is_split)
        self.wait_until_ready()
        return self.address

    def wait_until_ready(self) -> None:
        wait_until(lambda: self.is_ready() or not self.is_running(), START_S)
        assert self.is_running(), self.said.read_text() + self.log.read_text(errors="replace")

    @property
    def log(self) -> Path:
        """What the service prints; started with `is_split`, on standard output only."""
        return self.data_dir / "service.log"

    @property
    def said(self) -> Path:
        """What a service started with `is_split` prints on standard error."""
        return self.data_dir / "service.err"

    @property
    def address(self) -> str:
        address = self.known_address()
        assert address is not None
        return address

    def known_address(self) -> str | None:
        """Return where it listens; on a Qdrant server nothing but the settings says so."""
        if "QDRANT_URL" in self.settings:
            return f"http://127.0.0.1:{self.settings['PORT']}"
        return owner_address(self.data_dir)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        address = self.known_address()
        try:
            return address is not None and httpx.get(f"{address}/readyz", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        if self.is_running():
            os.kill(self.process.pid, how)
        return self.process.wait(STOP_S)

    def kill_group(self) -> None:
        """SIGKILL for the service and every child of it, at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_S)

    def engine_pid(self) -> int | None:
        """Return the engine's process; None while there is none."""
        assert self.process is not None
        for children in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            for child in children.read_text().split():
                if b"edge_worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
        return None

    def kill_engine(self) -> None:
        """SIGKILL for the engine alone, once there is one."""
        wait_until(lambda: self.engine_pid() is not None, STOP_S)
        os.kill(self.engine_pid() or 0, signal.SIGKILL)

    def is_embedding(self) -> bool:
        """Whether text of an ingest waits for the embedding engine."""
        metrics = httpx.get(f"{self.address}/metrics", timeout=5).text
        (waiting,) = re.findall(r'netgpt_embedding_queue_tokens{lane="ingest"} (\S+)', metrics)
        return float(waiting) > 0

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60.0)

    def command(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run a `netgpt-docs` command with this service's settings."""
        return subprocess.run(
            [sys.executable, "-m", "netgpt_docs_service", *arguments],
            cwd=self.data_dir.parent,
            env={**self.environment(), **changes},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    def command_json(self, *arguments: str) -> Any:  # noqa: ANN401  JSON of any shape
        done = self.command(*arguments, "--json")
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    ends_s = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends_s, f"it was not so within {seconds:g} s"
        time.sleep(0.05)
