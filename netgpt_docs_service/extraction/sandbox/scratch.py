"""Folders for reading processes to write in, which go when the processes go."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

_LOGGER = logging.getLogger(__name__)
_PREFIX = "netgpt-docs-reading-"


class ScratchRoot:
    """One folder of this service, in which each of its processes gets one.

    It is locked as long as the service lives, by the kernel: so what a killed one left behind can
    be told from what another one uses, in whatever container that runs.
    """

    def __init__(self, parent: Path | None = None) -> None:
        """Remove what dead services left in `parent`, the system's by default; raises OSError."""
        place = Path(tempfile.gettempdir()) if parent is None else parent
        _remove_stale(place)
        self._path, self._lock = _locked_folder(place)

    def make(self) -> Path:
        """Return a new folder; raises OSError."""
        return Path(tempfile.mkdtemp(dir=self._path))

    def close(self) -> None:
        """Remove everything."""
        with suppress(OSError):
            remove(self._path)
        os.close(self._lock)


def empty(folder: Path) -> None:
    """Remove what is in `folder`, however deep; raises OSError when that is not possible.

    Whoever wrote there may have nested folders more deeply than a path is long. So what is in a
    folder is first moved to the top.
    """
    while entries := list(folder.iterdir()):
        for entry in entries:
            if not stat.S_ISDIR(entry.lstat().st_mode):
                entry.unlink()
                continue
            entry.chmod(stat.S_IRWXU)
            for inner in list(entry.iterdir()):
                if stat.S_ISDIR(inner.lstat().st_mode):
                    inner.chmod(stat.S_IRWXU)  # to move a folder is to write in it
                inner.rename(folder / secrets.token_hex(16))
            entry.rmdir()


def remove(folder: Path) -> None:
    """Remove `folder` and what is in it; raises OSError when that is not possible."""
    folder.chmod(stat.S_IRWXU)
    empty(folder)
    folder.rmdir()


def _locked_folder(place: Path) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return path, lock
        os.close(lock)  # another service that starts right now took it for a stale one


def _remove_stale(place: Path) -> None:
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            _remove_if_stale(folder)


def _remove_if_stale(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(opened).st_uid != os.geteuid():
            return
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(folder)
        _LOGGER.info("removed %s, which a service that was killed had left", folder)
    finally:
        os.close(opened)
