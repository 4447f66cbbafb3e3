"""Which files a reading process may open, held by the kernel (Landlock, Linux 5.13 and newer).

Without it a file that owns the process could answer with what it finds: the service's environment
in /proc, its data directory, a file of keys.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from netgpt_docs_service.extraction.sandbox.kernel import call

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same number on every machine
_WHICH_VERSION = 1
_BENEATH_PATH = 1
_READ_FILE, _WRITE_FILE, _READ_FOLDER = 1 << 2, 1 << 1, 1 << 3
_FIRST_RIGHTS = (1 << 13) - 1
_LATER_RIGHTS = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # by the version that brought them
_NO_SPECIAL_FILES = ~((1 << 6) | (1 << 9) | (1 << 10) | (1 << 11))  # devices, sockets, pipes
_SCOPES_SINCE, _NO_FOREIGN_SIGNALS = 6, 0b11
_FOR_LIBRARIES = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"),
    *("/usr/share", "/usr/local/share", "/etc/fonts"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/dev/urandom", "/dev/null"),
)


def restrict_paths(*, readable: Iterable[str], writable: Path) -> bool:
    """Let this thread, and all that it starts, open only these; say whether it worked.

    What the interpreter imports stays readable. The process must have given up new privileges.
    """
    try:
        version = call("syscall", _CREATE_RULESET, None, ctypes.c_size_t(0), _WHICH_VERSION)
        rights = _FIRST_RIGHTS | sum(each for v, each in _LATER_RIGHTS.items() if v <= version)
        rules = _made(version, rights)
    except OSError:
        return False
    for path in (*_FOR_LIBRARIES, *_installed(), *readable):
        _allow(rules, path, _READ_FILE | _READ_FOLDER)
    for path, right in _on_the_path(sys.path):
        _allow(rules, path, right)
    _allow(rules, "/dev/null", _READ_FILE | _WRITE_FILE)
    _allow(rules, str(writable), rights & _NO_SPECIAL_FILES)
    try:
        call("syscall", _RESTRICT_SELF, rules, 0)
    except OSError:
        return False
    finally:
        os.close(rules)
    return True


def _made(version: int, rights: int) -> int:
    attributes = struct.pack("=Q", rights)
    if version >= _SCOPES_SINCE:
        attributes = struct.pack("=QQQ", rights, 0, _NO_FOREIGN_SIGNALS)
    size = ctypes.c_size_t(len(attributes))
    return call("syscall", _CREATE_RULESET, ctypes.c_char_p(attributes), size, 0)


def _allow(rules: int, path: str, rights: int) -> None:
    with suppress(OSError):  # what cannot be allowed stays shut
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            allowed = rights if Path(path).is_dir() else rights & (_READ_FILE | _WRITE_FILE)
            rule = struct.pack("=Qi", allowed, opened)
            call("syscall", _ADD_RULE, rules, _BENEATH_PATH, ctypes.c_char_p(rule), 0)
        finally:
            os.close(opened)


def _installed() -> list[str]:
    """Return where packages are; what else is in a virtual environment's folder is not ours."""
    return [
        str(Path(prefix, folder))
        for prefix in {sys.prefix, sys.base_prefix}
        for folder in ("lib", "lib64", "share")
    ]


def _on_the_path(entries: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield modules and packages only: a folder on the path may hold the data directory, too."""
    installed = _installed()
    for entry in map(Path, entries):
        if any(entry.is_relative_to(folder) for folder in installed):
            continue
        yield str(entry), _READ_FOLDER  # imports list it; that shows names below it
        try:
            inside = list(entry.iterdir())
        except NotADirectoryError:  # an archive
            yield str(entry), _READ_FILE
        except OSError:  # not there, or somebody else's
            continue
        else:
            yield from ((str(each), _READ_FILE) for each in inside if _is_code(each))


def _is_code(path: Path) -> bool:
    try:
        is_module = path.suffix in (".py", ".so") and path.is_file()
        return is_module or path.suffix == ".dist-info" or (path / "__init__.py").is_file()
    except PermissionError:  # somebody else's
        return False
