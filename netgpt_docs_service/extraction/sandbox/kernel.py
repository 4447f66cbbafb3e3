"""The few system calls that Python has no function for."""

from __future__ import annotations

import ctypes
import os


def call(name: str, *arguments: object) -> int:
    """Call the C library's function `name`; raises OSError when it fails or there is none."""
    library = ctypes.CDLL(None, use_errno=True)
    try:
        result: int = library[name](*(_wide(each) for each in arguments))
    except AttributeError as error:
        raise OSError(0, f"no {name} on this system") from error
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _wide(argument: object) -> object:
    """`syscall` and `prctl` take any number of arguments, each as wide as a pointer."""
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def prctl(option: int, *values: int) -> None:
    """Change something about this process; raises OSError."""
    call("prctl", option, *(*values, 0, 0, 0, 0)[:4])
