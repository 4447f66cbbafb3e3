"""Readers that do what a file may make a reader do; the file's name says what.

They run in a reading process, where nothing heavy may be imported: starts are part of the tests.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Heading, Layout
from netgpt_docs_service.errors import EncryptedFile
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.sandbox.kernel import call

_KEPT: list[bytearray] = []


def warm_up() -> None:
    """Fail as where one library of several is broken: the process reads what it can."""
    message = "no module named 'reader_of_one_kind'"
    raise ImportError(message)


def read_file(
    content: bytes,
    *,
    name: str,
    declared_type: str | None,
    limits: ReadLimits,  # noqa: ARG001  the shape of a reader
) -> Extracted:
    """Do what `name` says to `content`; any other name is read as plain text."""
    if name == "everything":
        return _everything()
    behaviour = _BEHAVIOURS.get(name)
    text = content.decode() if behaviour is None else behaviour(content)
    return Extracted(text=text, media_type=declared_type or "text/plain")


def _everything() -> Extracted:
    """Return one of all that can be told of a file."""
    return Extracted(
        text="Title\nwith words \N{SNOWMAN}",
        media_type="application/pdf",
        text_type="text/markdown",
        layout=Layout(page_starts=(0, 6), headings=(Heading(0, 5, 1, "Title"),), turn_starts=(0,)),
        title="Title",
        language="en",
        metadata={"author": "A"},
        warnings=("one picture is not in the text",),
    )


def _loop(_: bytes) -> NoReturn:
    while True:
        pass


def _sleep(_: bytes) -> NoReturn:
    while True:
        time.sleep(60)


def _allocate(_: bytes) -> NoReturn:
    while True:
        _KEPT.append(bytearray(16 * 2**20))


def _swallow_memory_errors(_: bytes) -> NoReturn:
    """As a C library that runs out of memory and aborts without a word."""
    pages = [mmap.mmap(-1, 2**20)]
    while True:
        try:
            pages.append(mmap.mmap(-1, 8 * 2**20))
        except OSError:
            time.sleep(0.1)
            os.abort()
        pages[-1].write(b"x" * 2**20)
        time.sleep(0.005)


def _rust_out_of_memory(_: bytes) -> NoReturn:
    os.write(2, b"memory allocation of 1099511627776 bytes failed\n")
    os.abort()


def _keep(_: bytes) -> str:
    _KEPT.append(bytearray(b"x") * (150 * 2**20))
    return str(os.getpid())


def _segfault(_: bytes) -> str:
    return str(ctypes.string_at(0))


def _recurse(content: bytes) -> str:
    return _recurse(content) + "x"


def _link() -> socket.socket:
    """The socket that answers go through, which a hostile file would look for, too."""
    return next(socket.socket(fileno=fd) for fd in range(3, 64) if _is_socket(fd))


def _is_socket(fd: int) -> bool:
    try:
        return os.fstat(fd).st_mode & 0o170000 == 0o140000
    except OSError:
        return False


def _print_garbage(_: bytes) -> NoReturn:
    _link().sendall(b"\x00\x00\x00\x05\x00\x00\x00\x00hello")
    time.sleep(60)
    raise AssertionError


def _announce_a_gigabyte(_: bytes) -> NoReturn:
    link = _link()
    link.sendall(struct.pack("!II", 2**30, 0))
    while True:
        link.sendall(bytes(2**20))


def _send_forever(_: bytes) -> NoReturn:
    """As many answers as go through."""
    link, body = _link(), json.dumps({"outcome": "failed", "error": "x"}).encode()
    while True:
        link.sendall(struct.pack("!II", len(body), 0) + body)


def _hang_up(_: bytes) -> NoReturn:
    _link().shutdown(socket.SHUT_RDWR)
    time.sleep(60)
    raise AssertionError


def _write_for_ever(_: bytes) -> NoReturn:
    with Path("large").open("wb") as file:
        while True:
            file.write(bytes(2**20))


def _chatter(_: bytes) -> NoReturn:
    while True:
        os.write(2, bytes(2**20))


def _leave_files(_: bytes) -> str:
    folder = Path("secret")
    for _level in range(50):
        folder.mkdir()
        os.chdir(folder)
    Path("text").write_text("of this file alone")
    os.chdir(Path(os.environ["TMPDIR"]))
    Path("secret").chmod(0)
    return str(os.getpid())


def _look_around(_: bytes) -> str:
    return json.dumps(
        {
            "pid": os.getpid(),
            "environment": dict(os.environ),
            "folder": os.listdir(os.environ["TMPDIR"]),  # noqa: PTH208  names
            "attempts": {name: _outcome(attempt) for name, attempt in _ATTEMPTS.items()},
        }
    )


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return "done"


def _dial() -> None:
    with socket.create_connection(("127.0.0.1", 9), timeout=1):
        pass


def _write_in_scratch() -> None:
    Path("mine").write_text("x")
    Path("mine").unlink()


def _signal_itself(_: bytes) -> str:
    signal.raise_signal(signal.SIGUSR1)
    return ""


def _raise(error: BaseException) -> NoReturn:
    raise error


_NO_KEY = 0x6E6F6E65  # nobody made one: without the filter it would be FileNotFoundError
_ATTEMPTS: dict[str, Callable[[], object]] = {
    "dial": _dial,
    "open a message queue": lambda: call("msgget", _NO_KEY, 0),
    "open a semaphore": lambda: call("semget", _NO_KEY, 0, 0),
    "open a named queue": lambda: call("mq_open", b"/none-of-ours", 0),
    "run": lambda: subprocess.run(["/bin/true"], check=True),
    "execute": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606  it is refused
    "fork": lambda: os.fork() or os._exit(0),
    "signal the parent": lambda: os.kill(os.getppid(), 0),
    "read the parent's environment": Path(f"/proc/{os.getppid()}/environ").read_bytes,
    "read an account file": Path("/etc/passwd").read_bytes,
    "write beside the scratch": lambda: Path("../intruder").write_text("x"),
    "write in scratch": _write_in_scratch,
}
_BEHAVIOURS: dict[str, Callable[[bytes], str]] = {
    "loop": _loop,
    "sleep": _sleep,
    "allocate": _allocate,
    "swallow memory errors": _swallow_memory_errors,
    "rust out of memory": _rust_out_of_memory,
    "keep": _keep,
    "segfault": _segfault,
    "abort": lambda _: os.abort(),
    "signal itself": _signal_itself,
    "exit": lambda _: sys.exit(3),
    "recurse": _recurse,
    "print garbage": _print_garbage,
    "announce a gigabyte": _announce_a_gigabyte,
    "send for ever": _send_forever,
    "hang up": _hang_up,
    "write for ever": _write_for_ever,
    "chatter": _chatter,
    "leave files": _leave_files,
    "look around": _look_around,
    "say pid": lambda _: str(os.getpid()),
    "say nothing": lambda _: " \n",
    "say too much": lambda _: "x" * 5_000_000,
    "refuse": lambda _: _raise(EncryptedFile("this file asks for a \x1b[31mpassword")),
    "fail": lambda content: _raise(KeyError(content)),
}
