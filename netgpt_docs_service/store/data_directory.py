"""The data directory: owned by one process at a time, and laid out here alone.

owner.lock                      held (flock) for as long as its owner lives, however it dies
owner.json                      who that is; true only while the lock is held
collections/NAME/               collection.json and the shard
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from netgpt_docs_service.errors import ConfigurationError, DataDirectoryInUse

_COLLECTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PATIENCE_S = 0.5  # somebody who only asks for the owner's address holds the lock for microseconds
_RETRY_S = 0.01


class DataDirectory:
    """The claim of this process on one data directory; release it last."""

    def __init__(self, path: Path, lock: int, owner: dict[str, Any]) -> None:
        """Keep the open lock file; `claim` makes one."""
        self.path = path
        self._lock = lock
        self._owner = owner

    @classmethod
    def claim(cls, path: Path, *, process: str) -> DataDirectory:
        """Own `path` as `process`; raises DataDirectoryInUse naming the owner there is.

        Raises ConfigurationError when `path` is no folder that this process may write to.
        """
        path = path.absolute()
        with _explained(path), ExitStack() as undo:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = _open_lock(path)
            undo.callback(os.close, lock)
            if not _locked(lock, patience_s=_PATIENCE_S):
                raise DataDirectoryInUse(_in_use(path))
            claim = cls(path, lock, {"pid": os.getpid(), "process": process, "address": None})
            claim.announce(None)
            undo.pop_all()
        return claim

    def announce(self, address: str | None) -> None:
        """Tell other processes where this one can be reached."""
        self._owner = {**self._owner, "address": address}
        write_json(self.path / "owner.json", self._owner)

    def collection(self, name: str) -> Path:
        """Return the folder of a collection, made if needed; raises ConfigurationError."""
        folder = self.existing_collection(name)
        folder.parent.mkdir(exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    def existing_collection(self, name: str) -> Path:
        """Return the folder that a collection has if it is there; raises ConfigurationError."""
        if not _COLLECTION_NAME.fullmatch(name):
            msg = f"COLLECTION_NAME {name!r}: 1 to 64 letters, digits, '_' or '-' are allowed"
            raise ConfigurationError(msg)
        return self.path / "collections" / name

    def release(self) -> None:
        """Let another process own the directory."""
        os.close(self._lock)

    def __enter__(self) -> Self:
        """Own the directory for the length of a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let another process own the directory."""
        self.release()


def owner_address(path: Path) -> str | None:
    """Return where the owner of `path` can be reached; None without an owner or an address.

    Raises ConfigurationError when this process may not ask.
    """
    with _explained(path):
        if not (path / "owner.lock").exists():
            return None
        lock = _open_lock(path)
        try:
            if _locked(lock, patience_s=0):
                return None
            address: str | None = _read_owner(path).get("address")
            return address
        finally:
            os.close(lock)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace a file as a whole: a reader, or a start after a power cut, sees old or new."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"DATA_DIR {path} cannot be used: {error.strerror or error}"
        raise ConfigurationError(message) from error


def _open_lock(path: Path) -> int:
    return os.open(path / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)


def _locked(lock: int, *, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_RETRY_S)
        else:
            return True


def _read_owner(path: Path) -> dict[str, Any]:
    try:
        owner: dict[str, Any] = json.loads((path / "owner.json").read_text())
    except (OSError, ValueError):  # it took the lock a moment ago and has not written yet
        return {}
    return owner


def _in_use(path: Path) -> str:
    owner = _read_owner(path)
    return (
        f"{path} is in use by {owner.get('process', 'another process')} "
        f"(pid {owner.get('pid', 'unknown')}, address {owner.get('address') or 'none yet'}); "
        "stop it, talk to its address, or set another DATA_DIR"
    )
