"""What a reading process gives up before it sees a file, or even imports what reads files."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path

from netgpt_docs_service.extraction.sandbox.isolation import Isolation
from netgpt_docs_service.extraction.sandbox.kernel import call, prctl
from netgpt_docs_service.extraction.sandbox.path_rules import restrict_paths
from netgpt_docs_service.extraction.sandbox.plan import ProcessLimits
from netgpt_docs_service.extraction.sandbox.syscall_filter import filter_system_calls

_NICE = 10  # after questions and HTTP, before ingest's threads, which wait for its text
_OPEN_FILES = 64
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_NEW_USER_NAMESPACE, _NEW_NETWORK = 0x10000000, 0x40000000
_CAPABILITIES_VERSION = 0x20080522


def confine(limits: ProcessLimits, *, readable: tuple[str, ...], parent: int) -> Isolation:
    """Give up everything that reading files does not need, for good; call it before any thread.

    The process dies with its parent. Its scratch directory is the working directory.
    """
    os.nice(_NICE)
    _limit(resource.RLIMIT_CORE, 0)  # a dump would hold somebody's text
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_FSIZE, limits.scratch_bytes)
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(
            ignored, signal.SIG_IGN
        )  # the service decides: it may be reading its last files
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it: libraries may go on writing
    if sys.platform != "linux":
        return Isolation()
    network = _left_network()
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    files = restrict_paths(readable=readable, writable=Path.cwd())
    _drop_capabilities()
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a new user namespace forgets it: not before
    if os.getppid() != parent:
        sys.exit(1)
    calls = filter_system_calls()
    return Isolation(network_namespace=network, system_calls=calls, files=files)


def limit_memory(mapped_bytes: int, allowed_bytes: int) -> None:
    """Let this process map `allowed_bytes` more than the `mapped_bytes` that it has."""
    with suppress(ValueError, OSError):  # not on macOS
        _limit(resource.RLIMIT_AS, mapped_bytes + allowed_bytes)


def limit_cpu(allowed_s: float) -> None:
    """End this process with SIGXCPU when it computes for `allowed_s` from now on."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = math.ceil(time.process_time() + allowed_s)
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))


def _limit(what: int, most: int) -> None:
    _, before = resource.getrlimit(what)
    if before != resource.RLIM_INFINITY:
        most = min(most, before)
    resource.setrlimit(what, (most, most))


def _left_network() -> bool:
    for spaces in (_NEW_USER_NAMESPACE | _NEW_NETWORK, _NEW_NETWORK):  # root needs no user's
        with suppress(OSError):
            call("unshare", spaces)
            return True
    return False


def _drop_capabilities() -> None:
    """Keep none: root of a container has some, and the owner of a user namespace has all."""
    header = struct.pack("=Ii", _CAPABILITIES_VERSION, 0)
    nothing = bytes(24)
    with suppress(OSError):
        call("capset", ctypes.c_char_p(header), ctypes.c_char_p(nothing))
