"""Files that others write while they are read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_FSTAT = os.fstat
_SIZE_AT = 6


def sized(path: Path, size_bytes: int) -> Callable[[int], os.stat_result]:
    """Return an `os.fstat` that saw the file at `path` when it had `size_bytes`."""
    inode = path.stat().st_ino

    def fstat(descriptor: int) -> os.stat_result:
        found = _FSTAT(descriptor)
        if found.st_ino != inode:
            return found
        return os.stat_result((*found[:_SIZE_AT], size_bytes, *found[_SIZE_AT + 1 :]))

    return fstat
