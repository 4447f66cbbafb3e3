"""Start a reading process: nothing of ours reaches it but a socket and the way to our modules."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from netgpt_docs_service.extraction.sandbox.plan import SandboxPlan

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from netgpt_docs_service.extraction.sandbox.child import main; main(*sys.argv[2:])"
)
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    # Threads of libraries: the processes are how many files are read at once. An arena of memory
    # for each thread would count as 64 MiB of address space.
    **dict.fromkeys(("OMP_THREAD_LIMIT", "RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS"), "1"),
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True, slots=True)
class Spawned:
    """A process that is starting, our end of its socket, what it writes, and where it may."""

    process: subprocess.Popen[bytes]
    link: socket.socket
    stderr: IO[bytes]
    folder: Path


def spawn(plan: SandboxPlan, folder: Path, *, environment: Mapping[str, str]) -> Spawned:
    """Start a process in its scratch `folder`, with nothing of our environment but `environment`.

    Raises OSError. Call it on the thread that lives longest: the process dies with that.
    """
    ours, theirs = socket.socketpair()
    stderr = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed with the process
    with theirs:
        try:
            process = _popen(plan, folder, theirs.fileno(), stderr=stderr, environment=environment)
        except BaseException:
            ours.close()
            stderr.close()
            raise
    ours.setblocking(False)  # noqa: FBT003  its only parameter
    return Spawned(process, ours, stderr, folder)


def _popen(
    plan: SandboxPlan, folder: Path, link: int, *, stderr: IO[bytes], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    modules = json.dumps([str(Path(entry).absolute()) for entry in sys.path])
    arguments = (modules, plan.to_json(), str(link), str(os.getpid()))
    home = {"HOME": str(folder), "TMPDIR": str(folder)}
    return subprocess.Popen(  # noqa: S603  our own interpreter, no shell
        [sys.executable, "-I", "-c", _START, *arguments],
        cwd=folder,
        env={**environment, **_ENVIRONMENT, **home},
        stdin=subprocess.DEVNULL,
        stdout=stderr,
        stderr=stderr,
        pass_fds=(link,),
        start_new_session=True,  # Ctrl-C goes to the whole foreground group
    )
